"""Clerks decide at the very same moment: one seat is given once, lots are drawn once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.config import database_url
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Admission, Event
from app.events.seat_rules.draw_models import Draw
from app.notifications.models import Notification
from app.registrations.admission import decisions, draws
from app.registrations.models import Registration, Status
from app.registrations.seats import seats
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event, make_registration
from tests.load.rush import application

pytestmark = pytest.mark.slow
CLERKS = 6


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Flask]:
    """Six applications for one seat, in a database that threads can share."""
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'queue.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                event = make_event(capacity=1, admission=Admission.APPROVAL)
                for _ in range(CLERKS):
                    make_registration(event.slots[0])
            yield app
            db.session.remove()
            db.engine.dispose()


def all_at_once(app: Flask, act: Callable[[int], Any]) -> list[bool]:
    """Whose act was not refused."""

    def one(number: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    act(number)
            except RuleBroken:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(CLERKS) as threads:
        done = list(threads.map(one, range(CLERKS)))
    db.session.rollback()
    db.session.expire_all()
    return sorted(done)


def application_number(number: int) -> Registration:
    query = sa.select(Registration).order_by(Registration.id).offset(number).limit(1)
    return db.session.scalars(query).one()


def how_many(status: Status) -> int:
    query = sa.select(sa.func.count(Registration.id)).where(Registration.status == status)
    return db.session.scalar(query) or 0


def test_the_last_seat_is_given_once(queue: Flask) -> None:
    def approve(number: int) -> None:
        decisions.approve(application_number(number))

    assert all_at_once(queue, approve) == [True] * CLERKS
    assert (how_many(Status.CONFIRMED), how_many(Status.WAITLISTED)) == (1, CLERKS - 1)
    assert seats.differences() == []


def test_one_application_is_decided_once(queue: Flask) -> None:
    def decide(number: int) -> None:
        if number % 2:
            decisions.approve(application_number(0))
        else:
            decisions.decline(application_number(0), reason="Мест нет")

    assert all_at_once(queue, decide) == [False] * (CLERKS - 1) + [True]
    assert how_many(Status.APPLIED) == CLERKS - 1
    assert seats.differences() == []


def test_lots_are_drawn_once(queue: Flask) -> None:
    with transaction():
        event = db.session.scalars(sa.select(Event)).one()
        event.admission = Admission.DRAW
        event.signup_closes_at = clock.now() - timedelta(minutes=1)
        db.session.add(Draw(event=event, seed="ab", seed_sha256="0" * 64))
    drawn = all_at_once(queue, lambda _: draws.draw(db.session.scalars(sa.select(Event)).one()))
    assert drawn == [False] * (CLERKS - 1) + [True]
    assert (how_many(Status.CONFIRMED), how_many(Status.WAITLISTED)) == (1, CLERKS - 1)
    told = sa.select(sa.func.count(Notification.id)).where(
        Notification.template.in_(("registration_drawn", "registration_waitlisted"))
    )
    assert db.session.scalar(told) == CLERKS
