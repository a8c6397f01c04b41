"""What the organizer takes away from people: seats of a slot, or the whole slot.

Nobody loses anything without being named to the organizer first, and told afterwards.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from app.base import clock
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.events.slots import actions as slots
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot
from app.registrations.letters import tell, tell_teacher_news
from app.registrations.models import LIVE, SEATED, Group, Registration, Status, booking_of
from app.registrations.queries import beside_many, first_in_line, live_registrations, other_slots
from app.registrations.seats import seats
from app.registrations.signing_up.actions import free, free_companions, promote
from app.sweeps.actions import by_the_clock


def live_in(slot: Slot) -> list[Registration]:
    """Everybody signed up for the slot as it is now, in the order of signing up."""
    query = (
        sa.select(Registration)
        .where(Registration.slot_id == slot.id, Registration.status.in_(LIVE))
        .options(joinedload(Registration.person), joinedload(Registration.group))
        .order_by(Registration.signed_up_at, Registration.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def would_lose(slot: Slot, capacity: int) -> list[Registration]:
    """Who would have no seat in a smaller slot: whoever signed up last goes first. The
    adults of a class go with its last pupil."""
    seated = [one for one in live_in(slot) if one.status in SEATED]
    of_group = Counter(one.group for one in seated if one.group)
    taken = slot.seats_taken
    losing: list[Registration] = []
    for one in reversed(seated):
        if taken <= capacity:
            break
        losing.append(one)
        taken -= one.seats
        if one.group:
            of_group[one.group] -= 1
            if not of_group[one.group]:
                taken -= one.group.companion_seats
    return losing


def take_seats_away(slot: Slot, capacity: int, *, agreed: Collection[int]) -> list[Registration]:
    """Those for whom a smaller slot has no seat go to the head of the waitlist and are told.

    ``agreed``: the ids of those whom the organizer was shown; refused when it is somebody
    else by now. The capacity itself is changed by slots.change afterwards.
    """
    seats.hold(slot)
    losing = would_lose(slot, capacity)
    if {one.id for one in losing} != set(agreed):
        raise RuleBroken(
            _("Meanwhile somebody has signed up or cancelled. Look again who would lose a seat.")
        )
    to_head_of_line(slot, losing)
    seats.give_back(slot, sum(one.seats for one in losing))
    for group in {one.group for one in losing if one.group}:
        free_companions(group)
    for one in losing:
        tell(one, "seat_lost")
    return losing


def to_head_of_line(slot: Slot, losing: Collection[Registration]) -> None:
    """Before all who wait already, among themselves in the order of signing up."""
    first = first_in_line(slot)
    line = sorted(losing, key=lambda one: (one.signed_up_at, one.id))
    for place, one in enumerate(line):
        one.status, one.hold_until, one.promoted_at = Status.WAITLISTED, None, None
        if first and first.draw_rank is not None and one.draw_rank is None:
            one.draw_rank = first.draw_rank  # lots come before times: see queries.IN_LINE
        if first:
            before = first.signed_up_at - timedelta(microseconds=len(line) - place)
            one.signed_up_at = min(one.signed_up_at, before)
    db.session.flush()


def tell_moved(event: Event, was: Mapping[int, Spot]) -> int:
    """Several slots of the event have another time or room: everybody in them is told, and
    how it was before. ``was``: by the slot's id. How many."""
    people = [
        one
        for one in (live_registrations(event) if was else ())
        if one.slot_id in was and not one.slot.has_begun
    ]
    for one in people:
        tell(one, "event_changed", was=was[one.slot_id])
    return len(people)


def tell_schedule(slot: Slot, was: Spot, meeting: Meeting | None = None) -> int:
    """The meetings of a course have changed: everybody in it is told how it is now; where
    it is one meeting that moved, when that was and is. How many."""
    now = [meeting] if meeting else meetings_of([slot])[slot.id]
    schedule = [[one.starts_at.isoformat(), one.ends_at.isoformat()] for one in now]
    people = [one for one in live_in(slot) if slot.ends_at > clock.now()]
    for one in people:
        tell(one, "schedule_changed", was=was if meeting else None, schedule=schedule)
    return len(people)


def call_off(slot: Slot, *, reason: str) -> list[Registration]:
    """The slot does not take place. Everybody is told and can move by their ticket; until
    they do, or the organizer moves them, they stay in it. Whom that concerns."""
    seats.hold(slot)
    slots.call_off(slot, reason=reason)
    people = live_in(slot)
    for one in people:
        tell(one, "slot_called_off", reason=reason, offers=len(other_slots(one)))
    return people


@dataclass
class Moved:
    """Who was moved, and who could not be, because they are elsewhere at that time."""

    moved: list[Registration] = field(default_factory=list)
    stayed: list[Registration] = field(default_factory=list)


def move_all(slot: Slot, to: Slot) -> Moved:
    """Everybody of a slot that was called off takes another one of the event, in one act.

    Groups move together with their adults, who waits stays waiting. Refused when there are
    not enough seats for all.
    """
    for held in sorted((slot, to), key=lambda one: one.id):
        seats.hold(held)
    refuse_unless_target(slot, to)
    outcome = Moved()
    people = live_in(slot)
    elsewhere = beside_many(to, [one.person.identity for one in people])
    for one in people:
        busy = any(other.is_live and other.id != one.id for other in elsewhere[one.person.identity])
        (outcome.stayed if busy else outcome.moved).append(one)
    groups = {one.group for one in outcome.moved if one.group and one.group.slot_id == slot.id}
    needed = sum(one.seats for one in outcome.moved if one.holds_seat)
    needed += sum(group.companion_seats for group in groups)
    if needed and not seats.take(to, needed, in_line=True):
        raise RuleBroken(not_enough(to, needed))
    carry_over(outcome, groups, to)
    if needed:
        seats.give_back(slot, needed)
    was = Spot(slot.starts_at, slot.ends_at, slot.room)
    for one in outcome.moved:
        tell(one, "registration_moved", was=was)
        if one.group:
            tell_teacher_news(one, "event_changed", reason="")
    promote(to)
    return outcome


def carry_over(outcome: Moved, groups: Collection[Group], to: Slot) -> None:
    for one in outcome.stayed:
        if one.group in groups:
            one.group = None  # who does not go along stays alone
    for group in groups:
        group.slot = to
    for one in outcome.moved:
        one.slot, one.booking = to, booking_of(to)
        if one.hold_until:
            one.hold_until = min(one.hold_until, to.starts_at)
    db.session.flush()


def refuse_unless_target(slot: Slot, to: Slot) -> None:
    if not slot.is_called_off:
        raise RuleBroken(_("Call this slot off first: then everybody in it can be moved."))
    if to.event_id != slot.event_id or to.id == slot.id:
        raise RuleBroken(_("Choose another time of the same event."))
    if to.is_called_off or to.has_begun:
        raise RuleBroken(_("That time has begun or is called off. Choose another one."))


def not_enough(to: Slot, needed: int) -> str:
    sentence: str = ngettext(
        "%(num)s seat is needed, and that time has %(free)s. "
        "Choose another one or raise its number of seats.",
        "%(num)s seats are needed, and that time has %(free)s. "
        "Choose another one or raise its number of seats.",
        needed,
        free=to.seats_left,
    )
    return sentence


def end_called_off() -> int:
    """Who was never moved from a slot that was called off: when its time comes the
    registration is over. They were told when it was called off. How many."""
    query = (
        sa.select(Registration)
        .join(Registration.slot)
        .where(
            Slot.called_off_at.is_not(None),
            Slot.starts_at <= clock.now(),
            Registration.status.in_(LIVE),
        )
        .order_by(Registration.slot_id, Registration.id)
    )
    ended = 0
    with transaction():
        for slot_id in sorted({one.slot_id for one in db.session.scalars(query)}):
            slot = db.session.get_one(Slot, slot_id)
            seats.hold(slot)
            people = live_in(slot)
            free(*people, status=Status.CANCELLED)
            ended += len(people)
    return ended


wake = by_the_clock(
    "called off", _l("seats in slots that were called off"), end_called_off, every_minutes=30
)
