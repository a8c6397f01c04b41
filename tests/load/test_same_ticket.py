"""The same tickets held before several phones at the same moment: one of them marks."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.door import actions as check_in
from app.attendance.door.actions import Sent
from app.attendance.door.models import CheckInMark
from app.attendance.models import Attendance
from app.base import clock
from app.base.config import database_url
from app.base.db import db, transaction
from app.events.models import Event
from app.registrations.models import Channel, Registration
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event, make_person, make_registration
from tests.load.rush import application

pytestmark = pytest.mark.slow
PHONES, TICKETS = 4, 12


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[Flask, list[str]]]:
    with fresh_database(POSTGRESQL) as url:
        app = application(
            database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'hall.sqlite'}"
        )
        with app.app_context():
            db.create_all()
            with transaction():
                event = make_event(in_days_=0, capacity=TICKETS)
                for _ in range(TICKETS):
                    make_registration(event.slots[0], make_person(), channel=Channel.STAFF)
            codes = list(db.session.scalars(sa.select(Registration.code)))
            db.session.remove()
            yield app, codes
            db.session.remove()
            db.engine.dispose()


def test_of_phones_that_scan_at_once_one_marks(hall: tuple[Flask, list[str]]) -> None:
    app, codes = hall
    together = Barrier(PHONES)

    def scan_all(phone: int) -> list[str]:
        outcomes = []
        with app.app_context():
            event = db.session.scalars(sa.select(Event)).one()
            for code in codes:
                together.wait(60)
                with transaction():
                    sent = Sent(uuid=str(uuid4()), at=clock.now(), text=code)
                    answer = check_in.take(event, sent, device=f"phone-{phone}", by=None)
                outcomes.append(answer.outcome.value)
            db.session.remove()
        return outcomes

    with ThreadPoolExecutor(PHONES) as phones:
        said = Counter(one for outcomes in phones.map(scan_all, range(PHONES)) for one in outcomes)
    expected = {"marked": TICKETS, "already": TICKETS * (PHONES - 1)}
    assert said == expected
    assert db.session.scalar(sa.select(sa.func.count(Attendance.id))) == TICKETS
    stored = Counter(one.value for one in db.session.scalars(sa.select(CheckInMark.outcome)))
    assert stored == expected
