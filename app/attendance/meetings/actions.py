"""Marking who was at a meeting. Whoever was at one of them at least came to the event."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.attendance.actions import hold, put, refuse_unless_markable
from app.attendance.actions import refuse_unless_open as refuse_unless_slot_open
from app.attendance.meetings.models import MeetingMark
from app.attendance.meetings.queries import is_open, marks_at, present_somewhere
from app.attendance.models import Attendance, Correction, Method, Presence
from app.attendance.queries import marks_of, roll
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.timetable.models import Meeting
from app.registrations.models import Registration
from app.web.filters import day


def mark(
    registration: Registration, meeting: Meeting, presence: Presence | None, *, by: User | None
) -> bool:
    """Write down that the person was at the meeting or not; None takes the mark off.

    The same mark again changes nothing. Says whether anything changed.
    """
    hold([registration])
    refuse_unless_markable(registration)
    if registration.slot_id != meeting.slot_id:
        raise RuleBroken(
            _("%(name)s is signed up for another time.", name=registration.person.full_name)
        )
    refuse_unless_meeting_open(meeting)
    earlier = marks_at(meeting, [registration]).get(registration.id)
    if (earlier.presence if earlier else None) is presence:
        return False
    if earlier and presence:
        earlier.presence, earlier.marked_at = presence, clock.now()
        earlier.marked_by_id = by.id if by else None
    elif earlier:
        db.session.delete(earlier)
    elif presence:
        db.session.add(new_mark(registration, meeting, presence, by=by))
    db.session.flush()
    keep_attendance([registration], by=by)
    return True


def mark_rest(meeting: Meeting, *, by: User | None) -> int:
    """Everybody who has no mark at the meeting yet was there. How many that were."""
    refuse_unless_slot_open(meeting.slot)
    refuse_unless_meeting_open(meeting)
    people = [row.registration for row in roll(meeting.slot)]
    hold(people)
    known = marks_at(meeting, people)
    new = [one for one in people if one.is_confirmed and one.id not in known]
    db.session.add_all(new_mark(one, meeting, Presence.PRESENT, by=by) for one in new)
    db.session.flush()
    keep_attendance(new, by=by)
    return len(new)


def new_mark(
    registration: Registration, meeting: Meeting, presence: Presence, *, by: User | None
) -> MeetingMark:
    return MeetingMark(
        registration_id=registration.id,
        meeting_id=meeting.id,
        presence=presence,
        marked_by_id=by.id if by else None,
    )


def refuse_unless_meeting_open(meeting: Meeting) -> None:
    if not is_open(meeting):
        raise RuleBroken(
            _(
                "This meeting can be marked from %(day)s on: the day it takes place.",
                day=day(meeting.starts_at),
            )
        )


def keep_attendance(registrations: Sequence[Registration], *, by: User | None) -> None:
    """Whoever was at a meeting has the mark «present» of the event. When the last such mark
    goes, the one made by hand before comes back; what was made by hand otherwise stays."""
    present = present_somewhere(registrations)
    put(
        [one for one in registrations if one.id in present],
        Presence.PRESENT,
        method=Method.SHEET,
        by=by,
    )
    absent = [one for one in registrations if one.id not in present]
    marks = marks_of(absent)
    for one in absent:
        kept = marks.get(one.id)
        if kept and kept.method is Method.SHEET:
            restore(one, kept)


def restore(registration: Registration, kept: Attendance) -> None:
    earlier = db.session.scalar(
        sa.select(Correction)
        .filter_by(registration_id=registration.id)
        .order_by(Correction.id.desc())
        .limit(1)
    )
    was_by_hand = earlier and earlier.became is Presence.PRESENT
    before = earlier.was if earlier and was_by_hand else None
    by_id = earlier.marked_by_id if earlier and was_by_hand else kept.marked_by_id
    by = db.session.get(User, by_id) if by_id else None
    put([registration], before, method=Method.LIST, by=by)
