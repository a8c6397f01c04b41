"""Where people wait in line, for the organizers' desk."""

from collections.abc import Collection

import sqlalchemy as sa

from app import clock
from app.db import db
from app.events.models import Event, EventStatus, Slot
from app.registrations.models import Registration, Status


def events_with_a_line(organization_ids: Collection[int]) -> list[tuple[Event, int]]:
    """Coming events of these organizations where people wait, and how many: one query."""
    waiting = (
        sa.select(Registration.event_id, sa.func.count().label("number"))
        .join(Registration.slot)
        .where(
            Registration.status == Status.WAITLISTED,
            Slot.starts_at > clock.now(),
            Slot.called_off_at.is_(None),
        )
        .group_by(Registration.event_id)
        .subquery()
    )
    query = (
        sa.select(Event, waiting.c.number)
        .join(waiting, waiting.c.event_id == Event.id)
        .where(Event.organization_id.in_(organization_ids), Event.status == EventStatus.PUBLISHED)
        .order_by(Event.starts_at, Event.id)
    )
    return [(event, number) for event, number in db.session.execute(query)]
