"""Reading meetings: when the slots of courses and shifts really take place."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from app.base.db import db
from app.events.models import Slot
from app.events.timetable.models import Meeting

Span = tuple[datetime, datetime]


def meetings_of(slots: Collection[Slot]) -> dict[int, list[Meeting]]:
    """By the slot's id, in order; one query, and none where no slot has meetings."""
    found: dict[int, list[Meeting]] = {slot.id: [] for slot in slots}
    ids = [slot.id for slot in slots if slot.meeting_count]
    if ids:
        query = sa.select(Meeting).where(Meeting.slot_id.in_(ids))
        for meeting in db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id)):
            found[meeting.slot_id].append(meeting)
    return found


def spans_of(slots: Collection[Slot]) -> dict[int, list[Span]]:
    """When each slot takes place: at its meetings, else all the time it lasts."""
    meetings = meetings_of(slots)
    return {
        slot.id: [(one.starts_at, one.ends_at) for one in meetings[slot.id]]
        or [(slot.starts_at, slot.ends_at)]
        for slot in slots
    }


def take_place_at_once(one: Slot, other: Slot) -> bool:
    """Whether nobody can be at both: a course leaves the days between its meetings free."""
    if not (one.starts_at < other.ends_at and other.starts_at < one.ends_at):
        return False
    if not (one.meeting_count or other.meeting_count):
        return True
    spans = spans_of([one, other])
    return any(a < d and c < b for a, b in spans[one.id] for c, d in spans[other.id])
