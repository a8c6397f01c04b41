"""Four classes of 15 rush at 40 seats: exactly 40 are taken, never one more."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.base.config import ROOT, database_url
from app.base.db import db, transaction
from app.events.models import Slot
from app.registrations.models import SEATED, Group, Registration, Status
from app.registrations.seats import seats
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_class, make_event, make_pupil, make_school
from tests.load.class_rush import CLASSES, PUPILS, SEATS
from tests.load.gate import FOLDER
from tests.load.rush import application

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An event with 40 seats and four classes, in a database that processes can share."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'rush.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                make_event(capacity=SEATS)
                school = make_school()
                for letter in "АБВГ"[:CLASSES]:
                    class_ = make_class(school, letter=letter)
                    for _ in range(PUPILS):
                        make_pupil(class_)
            db.session.remove()
            yield shared
            db.session.remove()
            db.engine.dispose()


def let_them_rush(url: str, manner: str) -> list[int]:
    command = [sys.executable, "-m", "tests.load.class_rush", url]
    running = [
        subprocess.Popen([*command, str(number), manner], cwd=ROOT, env={**os.environ})
        for number in range(CLASSES)
    ]
    return [process.wait(timeout=240) for process in running]


def seated() -> int:
    query = sa.select(sa.func.count()).where(Registration.status.in_(SEATED))
    return db.session.scalar(query) or 0


def adults() -> int:
    return db.session.scalar(sa.select(sa.func.sum(Group.companion_seats))) or 0


def test_exactly_the_seats_there_are(shared: str) -> None:
    assert let_them_rush(shared, "guarded") == [0] * CLASSES
    slot = db.session.scalars(sa.select(Slot)).one()
    assert slot.seats_taken == seated() + adults() == SEATS
    assert seats.differences() == []
    waiting = db.session.scalar(
        sa.select(sa.func.count()).where(Registration.status == Status.WAITLISTED)
    )
    assert seated() + (waiting or 0) == CLASSES * PUPILS
    for group in db.session.scalars(sa.select(Group)):
        has_seats = db.session.scalar(
            sa.select(sa.func.count()).where(
                Registration.group_id == group.id, Registration.status.in_(SEATED)
            )
        )
        assert bool(has_seats) is bool(group.companion_seats)


def test_without_the_guard_the_same_rush_oversells(shared: str) -> None:
    """The control: this test shows that the one above is able to fail."""
    let_them_rush(shared, "naive")
    assert seated() + adults() > SEATS
