"""The promise that is never broken: 50 seats stay 50, whoever rushes at them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base.config import ROOT, database_url
from app.base.db import db, transaction
from app.notifications.models import Notification
from app.registrations.models import Registration, Status
from app.registrations.seats import seats
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event, make_person
from tests.load.gate import FOLDER
from tests.load.rush import PEOPLE, PROCESSES, SEATS, application

pytestmark = pytest.mark.slow


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Flask, str]]:
    """An event with 50 seats and 400 people, in a database that processes can share."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'rush.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                make_event(capacity=SEATS)
                for _ in range(PEOPLE):
                    make_person()
            db.session.remove()
            yield app, shared
            db.session.remove()
            db.engine.dispose()


def let_them_rush(url: str, manner: str) -> None:
    command = [sys.executable, "-m", "tests.load.rush", url]
    running: list[Any] = [
        subprocess.Popen([*command, str(number), manner], cwd=ROOT, env={**os.environ})
        for number in range(PROCESSES)
    ]
    assert [process.wait(timeout=240) for process in running] == [0] * PROCESSES


def people_with(status: Status) -> list[Registration]:
    query = sa.select(Registration).filter_by(status=status)
    return list(db.session.scalars(query.order_by(Registration.signed_up_at, Registration.id)))


def test_exactly_fifty_hold_seats_and_the_line_keeps_its_order(crowd: tuple[Flask, str]) -> None:
    _app, url = crowd
    let_them_rush(url, "guarded")

    seated, waiting = people_with(Status.CONFIRMED), people_with(Status.WAITLISTED)
    assert len(seated) == SEATS
    assert len(seated) + len(waiting) + len(people_with(Status.CANCELLED)) == PEOPLE
    assert seats.differences() == []

    promoted = [one for one in seated if one.promoted_at]
    assert promoted, "nobody was promoted: the rush proves nothing"
    by_promotion = sorted(promoted, key=lambda one: (one.promoted_at, one.signed_up_at))
    assert by_promotion == promoted, "somebody was promoted before one who waited longer"
    assert max(one.signed_up_at for one in promoted) < min(one.signed_up_at for one in waiting)

    letters = db.session.scalars(
        sa.select(Notification).filter_by(template="registration_promoted")
    )
    codes = [letter.context["code"] for letter in letters]
    assert len(codes) == len(set(codes)), "somebody was promoted twice"


def test_without_the_guard_the_same_rush_oversells(crowd: tuple[Flask, str]) -> None:
    """The control: this test shows that the one above is able to fail."""
    _app, url = crowd
    let_them_rush(url, "naive")
    assert len(people_with(Status.CONFIRMED)) > SEATS
