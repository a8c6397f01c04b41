"""What waits at coming events for the organizers' desk, and how people sign up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.events.models import Admission, Event, EventStatus, Slot
from app.events.staff.queries import Remit
from app.registrations.groups.queries import count_of
from app.registrations.models import Registration, Status

SIGNUP_DAYS = 14


class Waiting(NamedTuple):
    """People of one coming event who wait for something."""

    event: Event
    applied: int  # for the organizer's decision
    awaiting: int  # for a guardian's agreement; their seats are held
    waitlisted: int  # for a seat
    first_hold: datetime | None  # when the first of the seats held is let go


def waiting_at(remit: Remit) -> list[Waiting]:
    """Coming events of this remit where anybody waits, the next first: one query."""
    statuses = (Status.APPLIED, Status.AWAITING_CONSENT, Status.WAITLISTED)
    holds = sa.case((Registration.status == Status.AWAITING_CONSENT, Registration.hold_until))
    counted = (
        sa.select(
            Registration.event_id,
            # Lots are drawn by themselves: there is nothing to decide.
            count_of(Status.APPLIED, Event.admission != Admission.DRAW).label("applied"),
            *(count_of(status).label(status.value) for status in statuses[1:]),
            sa.func.min(holds).label("first_hold"),
        )
        .join(Registration.slot)
        .join(Slot.event)
        .where(
            Registration.status.in_(statuses),
            Slot.starts_at > clock.now(),
            Slot.called_off_at.is_(None),
        )
        .group_by(Registration.event_id)
        .subquery()
    )
    query = (
        sa.select(Event, *(counted.c[status.value] for status in statuses), counted.c.first_hold)
        .join(counted, counted.c.event_id == Event.id)
        .where(remit.holds, Event.status == EventStatus.PUBLISHED)
        .order_by(Event.starts_at, Event.id)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


class SignUps(NamedTuple):
    """How many signed up on one day."""

    day: date
    number: int


def sign_ups_by_day(remit: Remit) -> Sequence[SignUps]:
    """Those of the last two weeks, today included, cancelled ones too: one query."""
    days = [clock.today() - timedelta(days=ago) for ago in reversed(range(SIGNUP_DAYS))]
    at = Registration.signed_up_at
    sums = (
        sa.func.sum(
            sa.case(
                (sa.and_(at >= clock.start_of_day(day), at < clock.end_of_day(day)), 1), else_=0
            )
        )
        for day in days
    )
    query = (
        sa.select(*sums)
        .join_from(Registration, Event, Registration.event_id == Event.id)
        .where(remit.holds, at >= clock.start_of_day(days[0]))
    )
    numbers = db.session.execute(query).one()
    return [SignUps(day, number or 0) for day, number in zip(days, numbers, strict=True)]
