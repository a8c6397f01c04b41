"""A rush of people on one slot, from several processes at once; run by test_seats.py.

``python -m tests.load.rush DATABASE_URL NUMBER naive|guarded`` is one process of the rush.
"""

import os
import random
import sys
from typing import Any

os.environ.setdefault("QUEUE_IN_MEMORY", "1")

import sqlalchemy as sa

from app import create_app
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.people.models import Person
from app.registrations.models import LIVE, Channel, Registration
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.load.gate import meet

PROCESSES = 8
PEOPLE = 400
SEATS = 50


def application(url: str) -> Any:
    return create_app(
        {
            "SECRET_KEY": "for the rush",
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 60}}
            if url.startswith("sqlite")
            else {},
        }
    )


def take_off_the_guard() -> None:
    """What a careless house would do: look, think, write. It must oversell (the control)."""

    def hold(slot: Slot) -> None:
        db.session.refresh(slot)

    def take(slot: Slot, number: int, *, in_line: bool = False) -> bool:
        taken = db.session.scalar(
            sa.select(sa.func.count()).where(
                Registration.slot_id == slot.id, Registration.status == "confirmed"
            )
        )
        return (taken or 0) + number <= slot.capacity

    seats.hold, seats.take, seats.give_back = hold, take, lambda *_: None  # type: ignore[assignment]


def rush(url: str, number: int, *, naive: bool) -> None:
    """This process's share of the people signs up; after every third somebody cancels."""
    app = application(url)
    if naive:
        take_off_the_guard()
    chance = random.Random(number)
    with app.app_context():
        people = db.session.scalars(
            sa.select(Person.id).where(Person.id % PROCESSES == number)
        ).all()
        slot_id = db.session.scalars(sa.select(Slot.id)).one()
        db.session.rollback()
        for place, person_id in enumerate(people):
            if naive and place > SEATS // PROCESSES:  # one too many of each: they did oversell
                break
            one_person(slot_id, person_id, naive_at=f"{place}-{number}" if naive else "")
            if not naive and chance.random() < 0.3:
                somebody_cancels(chance, number)


def one_person(slot_id: int, person_id: int, *, naive_at: str) -> None:
    """Sign the person up; ``naive_at``: look first, and write when all processes have looked."""
    slot, person = db.session.get_one(Slot, slot_id), db.session.get_one(Person, person_id)
    if naive_at:  # outside any lock, as a careless view would
        free = seats.take(slot, 1)
        place, _, number = naive_at.partition("-")
        meet(place, int(number), of=PROCESSES)
        with transaction():
            db.session.add(
                Registration(
                    event_id=slot.event_id,
                    slot=slot,
                    person=person,
                    channel=Channel.GUEST,
                    status="confirmed" if free else "waitlisted",
                )
            )
    else:
        with transaction():
            actions.sign_up(slot, person, channel=Channel.GUEST)
    db.session.remove()


def somebody_cancels(chance: random.Random, number: int) -> None:
    live = db.session.scalars(
        sa.select(Registration).where(
            Registration.status.in_(LIVE), Registration.person_id % PROCESSES == number
        )
    ).all()
    if live:
        try:
            with transaction():
                actions.cancel(chance.choice(live))
        except RuleBroken:
            pass
    db.session.remove()


if __name__ == "__main__":
    rush(sys.argv[1], int(sys.argv[2]), naive=sys.argv[3] == "naive")
