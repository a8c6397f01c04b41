"""Many PINs typed at one moment are no way around the pause."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from app.base import clock
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.staff import doors
from app.events.staff.models import DoorLink
from tests.factories import make_event

pytestmark = pytest.mark.slow
AT_ONCE = 12


def test_twelve_pins_at_once_are_five(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        made = doors.make(make_event(), clock.today(), pin="042137", pin_hash="", by=None)
        link_id = made.link.id
    start = Barrier(AT_ONCE)

    def try_once(_number: int) -> bool:
        with shared_app.app_context():
            link = db.session.get_one(DoorLink, link_id)
            start.wait(timeout=60)
            try:
                with transaction():
                    doors.begin_try(link)
            except RuleBroken:
                return False
            return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        let_through = sum(threads.map(try_once, range(AT_ONCE)))
    assert let_through == doors.FREE_TRIES
