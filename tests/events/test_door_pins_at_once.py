"""Many PINs typed at one moment are no way around the pause."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from app import clock, create_app
from app.config import database_url
from app.db import db, transaction
from app.errors import RuleBroken
from app.events import doors
from app.events.staff_models import DoorLink
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event

pytestmark = pytest.mark.slow
AT_ONCE = 12


@pytest.fixture
def shared_app(tmp_path: Path) -> Iterator[Flask]:
    with fresh_database(POSTGRESQL) as url:
        url = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'doors.sqlite'}"
        pool = {"connect_args": {"timeout": 30}} if not POSTGRESQL else {"pool_size": AT_ONCE}
        app = create_app(
            {
                "SECRET_KEY": "for tests",
                "SQLALCHEMY_DATABASE_URI": url,
                "SQLALCHEMY_ENGINE_OPTIONS": pool,
            }
        )
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.engine.dispose()


def test_twelve_pins_at_once_are_five(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        made = doors.make(make_event(), clock.today(), pin="042137", pin_hash="", by=None)
        link_id = made.link.id
    start = Barrier(AT_ONCE)

    def try_once(_number: int) -> bool:
        with shared_app.app_context():
            link = db.session.get_one(DoorLink, link_id)
            start.wait(timeout=10)
            try:
                with transaction():
                    doors.begin_try(link)
            except RuleBroken:
                return False
            return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        let_through = sum(threads.map(try_once, range(AT_ONCE)))
    assert let_through == doors.FREE_TRIES
