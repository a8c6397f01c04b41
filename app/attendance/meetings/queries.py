"""Reading the attendance sheet of a course: people and meetings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.attendance.meetings.models import MeetingMark
from app.attendance.models import Presence
from app.attendance.queries import roll
from app.base import clock
from app.base.db import db
from app.events.models import Event, Slot
from app.events.timetable.models import Meeting
from app.registrations.models import Registration


@dataclass(frozen=True)
class Line:
    """One person of the sheet, with the marks by the meeting's id."""

    registration: Registration
    marks: dict[int, Presence]

    def at(self, meeting: Meeting) -> Presence | None:
        return self.marks.get(meeting.id)

    @property
    def came(self) -> int:
        return sum(mark is Presence.PRESENT for mark in self.marks.values())


def lines_of(slot: Slot) -> list[Line]:
    """Everybody who has a seat, in Russian order: two queries."""
    people = [row.registration for row in roll(slot)]
    marks: dict[int, dict[int, Presence]] = {one.id: {} for one in people}
    query = (
        sa.select(MeetingMark.registration_id, MeetingMark.meeting_id, MeetingMark.presence)
        .join(Meeting, Meeting.id == MeetingMark.meeting_id)
        .where(Meeting.slot_id == slot.id)
    )
    for registration_id, meeting_id, presence in db.session.execute(query):
        if registration_id in marks:
            marks[registration_id][meeting_id] = presence
    return [Line(one, marks[one.id]) for one in people]


def marks_at(meeting: Meeting, registrations: Collection[Registration]) -> dict[int, MeetingMark]:
    """By the registration's id, as they are now."""
    query = (
        sa.select(MeetingMark)
        .where(
            MeetingMark.meeting_id == meeting.id,
            MeetingMark.registration_id.in_([one.id for one in registrations]),
        )
        .execution_options(populate_existing=True)  # somebody else may have just marked
    )
    return {mark.registration_id: mark for mark in db.session.scalars(query)}


def present_somewhere(registrations: Collection[Registration]) -> set[int]:
    """The ids of those who were at one meeting at least."""
    query = sa.select(MeetingMark.registration_id).where(
        MeetingMark.registration_id.in_([one.id for one in registrations]),
        MeetingMark.presence == Presence.PRESENT,
    )
    return set(db.session.scalars(query))


def courses_of(event: Event) -> list[Slot]:
    """The slots that have meetings."""
    return [slot for slot in event.slots_held if slot.meeting_count]


def meeting_now(meetings: Sequence[Meeting]) -> Meeting | None:
    """Today's, else the last that has begun, else the first."""
    begun = [one for one in meetings if is_open(one)]
    return next(reversed(begun), None) or next(iter(meetings), None)


def is_open(meeting: Meeting) -> bool:
    """Marks can be made from the beginning of its day on."""
    day = clock.to_local(meeting.starts_at).date()
    return clock.start_of_day(day) <= clock.now()
