"""64 people rush at an event with quotas: no school gets a seat too many, kept seats stay."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.config import database_url
from app.base.db import db, transaction
from app.events.models import Event, Slot
from app.events.seat_rules.actions import add_quota
from app.events.seat_rules.queries import quotas_of
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.people.models import Person
from app.registrations.models import Channel, Registration, Status
from app.registrations.seats import quotas, seats
from app.registrations.seats.quota_queries import held_by_schools, who
from app.registrations.signing_up import actions
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event, make_person
from tests.load.rush import application

pytestmark = pytest.mark.slow
AT_ONCE, PEOPLE = 8, 64
SEATS, PER_SCHOOL, KEPT = 12, 6, 3  # in each of the two times; over both; in each
SCHOOL = "СОШ № 4"
GATE = Barrier(AT_ONCE)
SignUp = Callable[[Slot, Person], Any]


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Flask]:
    """Two times of 12 seats, 3 of each kept for grade 11; every second person is of one
    school, which may have 6 seats. In a database that threads can share."""
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'rush.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                event = make_event(slots=2, capacity=SEATS)
                add_quota(event, QuotaKind.PER_SCHOOL, PER_SCHOOL)
                until = clock.now() + timedelta(days=1)
                add_quota(event, QuotaKind.KEPT, KEPT, grade_from=11, until=until)
                for number in range(PEOPLE):
                    # Each of those at once has people of this school and of others.
                    ours = number // AT_ONCE % 2 == 0
                    make_person(school=SCHOOL if ours else f"Школа {number}")
            db.session.remove()
            yield app
            db.session.remove()
            db.engine.dispose()


def rush(app: Flask, sign_up: SignUp) -> None:
    """Eight at once sign up eight people each, every second of them for the other time."""
    people = db.session.scalars(sa.select(Person.id).order_by(Person.id)).all()
    times = db.session.scalars(sa.select(Slot.id).order_by(Slot.id)).all()
    db.session.rollback()

    def share(number: int) -> None:
        with app.app_context():
            for id_ in people[number::AT_ONCE]:
                slot = db.session.get_one(Slot, times[number % 2])
                sign_up(slot, db.session.get_one(Person, id_))
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(share, range(AT_ONCE)))
    db.session.rollback()
    db.session.expire_all()


def properly(slot: Slot, person: Person) -> None:
    with transaction():
        actions.sign_up(slot, person, channel=Channel.GUEST)


def carelessly(slot: Slot, person: Person) -> None:
    """Outside any lock: look, think, write."""
    now = quotas.standing_by(slot, quotas_of(slot.event))
    is_stopped = bool(now and now.stops(who(person), 1))
    GATE.wait(60)  # all have looked
    with transaction():
        status = Status.WAITLISTED if is_stopped else Status.CONFIRMED
        values = {"event_id": slot.event_id, "slot": slot, "channel": Channel.GUEST}
        db.session.add(Registration(**values, person=person, status=status))


def seated(*conditions: sa.ColumnElement[bool]) -> int:
    query = (
        sa.select(sa.func.count(Registration.id))
        .join(Registration.person)
        .where(Registration.status == Status.CONFIRMED, *conditions)
    )
    return db.session.scalar(query) or 0


def test_no_school_has_too_many_and_kept_seats_stay(crowd: Flask) -> None:
    rush(crowd, properly)
    assert seated(Person.school_name == SCHOOL) == PER_SCHOOL
    for slot in db.session.scalars(sa.select(Slot)):
        assert seated(Registration.slot_id == slot.id) == SEATS - KEPT
    assert seats.differences() == []


def test_asked_outside_the_lock_the_same_rush_goes_beyond(crowd: Flask) -> None:
    """The control: this test shows that the one above is able to fail."""
    rush(crowd, carelessly)
    assert seated(Person.school_name == SCHOOL) > PER_SCHOOL


@pytest.mark.skipif(not POSTGRESQL, reason="on SQLite writers stand in one queue anyway")
def test_holding_the_slot_alone_is_not_enough(
    crowd: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school is counted over both times, so the quota itself has to be locked."""

    def slowly(event: Event) -> Any:
        held = held_by_schools(event)
        time.sleep(0 if held else 0.5)  # until somebody at the other time looks too
        return held

    with transaction():
        one_seat = sa.update(Quota).where(Quota.kind == QuotaKind.PER_SCHOOL).values(seats=1)
        db.session.execute(one_seat)
    monkeypatch.setattr(quotas, "held_quotas_of", quotas_of)
    monkeypatch.setattr(quotas, "held_by_schools", slowly)
    rush(crowd, properly)
    assert seated(Person.school_name == SCHOOL) > 1
