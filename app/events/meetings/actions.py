"""The meetings of a course, a club, a shift: added in a rhythm, changed, taken away."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.events.about.upkeep import keep_up
from app.events.models import EventStatus, Slot
from app.events.slots import actions as slots
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot

MOST_MEETINGS = 200  # of one slot: each working day of a school year


def add_meetings(
    slot: Slot, spots: Sequence[Spot], *, room: str = "", title: str = ""
) -> list[Meeting]:
    """A meeting at each of these times. The first ones of a slot give it its time; two at
    once are refused."""
    hold(slot)
    known = meetings_of([slot])[slot.id]
    if len(known) + len(spots) > MOST_MEETINGS:
        raise RuleBroken(_("At most %(most)s meetings in one slot.", most=MOST_MEETINGS))
    if slot.has_begun and not known:
        raise RuleBroken(_("This slot has begun: it cannot become a course any more."))
    for spot in spots:
        refuse_if_taken(spot, known)
    new = [
        Meeting(
            slot_id=slot.id, starts_at=spot.starts_at, ends_at=spot.ends_at, room=room, title=title
        )
        for spot in spots
    ]
    db.session.add_all(new)
    follow(slot)
    return new


def change_meeting(slot: Slot, meeting: Meeting, spot: Spot, *, title: str = "") -> None:
    """Another time, room or title. What has been stays when it was."""
    hold(slot)
    if (spot.starts_at, spot.ends_at) != (meeting.starts_at, meeting.ends_at):
        if meeting.starts_at <= clock.now():
            raise RuleBroken(_("This meeting has begun: its time cannot be changed any more."))
        if spot.starts_at <= clock.now():
            raise RuleBroken(_("A meeting cannot be moved into the past."))
        others = [one for one in meetings_of([slot])[slot.id] if one is not meeting]
        refuse_if_taken(spot, others)
    meeting.starts_at, meeting.ends_at, meeting.room = spot
    meeting.title = title
    follow(slot)


def delete_meeting(slot: Slot, meeting: Meeting) -> None:
    """Take a meeting away that is still to come."""
    hold(slot)
    if meeting.starts_at <= clock.now():
        raise RuleBroken(_("This meeting has begun: it stays in the list."))
    db.session.delete(meeting)
    follow(slot)


def hold(slot: Slot) -> None:
    """One at a time; what may have changed while waiting is read again."""
    hold_row(slot)
    slots.refuse_if_called_off(slot.event)
    if slot.is_called_off:
        raise RuleBroken(_("This slot has been called off: it stays as it was."))


def refuse_if_taken(spot: Spot, known: Sequence[Meeting]) -> None:
    if any(one.starts_at < spot.ends_at and spot.starts_at < one.ends_at for one in known):
        raise RuleBroken(
            _("One of the meetings stands there already: two at once cannot be attended.")
        )


def follow(slot: Slot) -> None:
    """The slot lasts from its first meeting to its last; without any it stays as it was."""
    db.session.flush()
    slot.meeting_count = -1  # so that they are counted anew
    found = meetings_of([slot])[slot.id]
    slot.meeting_count = len(found)
    if found:
        slot.starts_at = min(one.starts_at for one in found)
        slot.ends_at = max(one.ends_at for one in found)
    db.session.flush()
    keep_up(slot.event)


def must_be_told(slot: Slot) -> bool:
    """Whether people may be signed up who have to know."""
    return slot.event.status is EventStatus.PUBLISHED
