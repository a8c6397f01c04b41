"""Lines that a rule held up move on by themselves when it no longer does."""

import sqlalchemy as sa

from app.base import clock, jobs
from app.base.db import db, transaction
from app.events.models import Event, EventStatus, Slot
from app.events.seat_rules.quota_models import Quota
from app.registrations.models import Registration, Status
from app.registrations.signing_up.actions import promote


def held_up() -> list[Slot]:
    """Slots to come with free seats where people wait all the same, because of a quota."""
    waiting = sa.exists().where(
        Registration.slot_id == Slot.id, Registration.status == Status.WAITLISTED
    )
    query = (
        sa.select(Slot)
        .join(Slot.event)
        .where(
            Event.status == EventStatus.PUBLISHED,
            Slot.starts_at > clock.now(),
            Slot.seats_taken < Slot.capacity,
            sa.exists().where(Quota.event_id == Event.id),
            waiting,
        )
        .order_by(Slot.id)
    )
    return list(db.session.scalars(query))


def release() -> None:
    """What the worker does each minute: seats kept until now go to those who wait, and so do
    those that a school gave back at another time of the event."""
    for slot in held_up():
        with transaction():
            promote(slot)


wake_lines = jobs.job(release, every_minutes=1)
