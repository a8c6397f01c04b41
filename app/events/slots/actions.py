"""The slots of an event: added, changed, taken away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError

from app.audit.actions import record
from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.events.about.details import changes
from app.events.about.upkeep import keep_up
from app.events.models import Event, EventStatus, Slot
from app.events.timetable.rooms import Spot

MOST_SLOTS = 1000  # in one event: more is a slip of the finger, or several events


def hold(event: Event) -> None:
    """Nobody takes or frees a seat in the event until the commit."""
    query = sa.select(Slot).where(Slot.event_id == event.id).order_by(Slot.id).with_for_update()
    list(db.session.scalars(query.execution_options(populate_existing=True)))


def add(
    event: Event,
    *,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    title: str = "",
    room: str = "",
) -> Slot:
    """A new slot: people can sign up for it as soon as the event is published."""
    [slot] = add_several(
        event,
        1,
        timedelta(),
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        title=title,
        room=room,
    )
    return slot


def add_several(
    event: Event,
    number: int,
    step: timedelta,
    *,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    title: str = "",
    room: str = "",
) -> list[Slot]:
    """So many slots alike, each a step later than the one before."""
    spots = [
        Spot(starts_at + place * step, ends_at + place * step, room) for place in range(number)
    ]
    return add_each(event, spots, capacity=capacity, title=title)


def add_each(event: Event, spots: Sequence[Spot], *, capacity: int, title: str = "") -> list[Slot]:
    """A slot at each of these times and rooms."""
    refuse_if_called_off(event)
    if len(event.slots) + len(spots) > MOST_SLOTS:
        raise RuleBroken(
            _("One event has at most %(most)s slots. Make a second event.", most=MOST_SLOTS)
        )
    new = [Slot(**spot._asdict(), capacity=capacity, title=title) for spot in spots]
    event.slots.extend(new)
    db.session.flush()
    keep_up(event)
    record(
        "event.slots_added",
        event,
        organization_id=event.organization_id,
        number=len(new),
        when=min(spot.starts_at for spot in spots).isoformat(),
    )
    return new


def change(
    slot: Slot,
    *,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    title: str = "",
    room: str = "",
) -> bool:
    """Change time, room, capacity. True when people who signed up must be told.

    After a larger capacity the waitlist must be promoted (``registrations.promote``).
    """
    hold_row(slot)  # seats may have been taken meanwhile
    db.session.refresh(slot.event, ["status"])
    refuse_if_called_off(slot.event)
    if slot.meeting_count and (starts_at, ends_at) != (slot.starts_at, slot.ends_at):
        raise RuleBroken(_("This one has meetings: change their times, it follows them."))
    is_moved = put(slot, starts_at, ends_at, capacity=capacity, title=title, room=room)
    keep_up(slot.event)
    return is_moved


def put(
    slot: Slot, starts_at: datetime, ends_at: datetime, *, capacity: int, title: str, room: str
) -> bool:
    """Write it down for a held slot; whoever calls keeps the event up."""
    if slot.is_called_off:
        raise RuleBroken(_("This slot has been called off: it stays as it was."))
    refuse_unless_movable(slot, starts_at, ends_at)
    if capacity < slot.seats_taken:
        raise RuleBroken(
            ngettext(
                "%(num)s seat of this slot is taken, so there cannot be fewer.",
                "%(num)s seats of this slot are taken, so there cannot be fewer.",
                slot.seats_taken,
            )
        )
    whereabouts = (starts_at, ends_at, room)
    is_moved = whereabouts != (slot.starts_at, slot.ends_at, slot.room)
    before = plain_slot(slot)
    slot.starts_at, slot.ends_at, slot.room = whereabouts
    slot.capacity, slot.title = capacity, title
    db.session.flush()
    if changed := changes(before, plain_slot(slot)):
        record(
            "event.slot_changed",
            slot.event,
            organization_id=slot.event.organization_id,
            when=before["starts_at"],
            changes=changed,
        )
    return is_moved and slot.event.status is EventStatus.PUBLISHED


def plain_slot(slot: Slot) -> dict[str, Any]:
    return {
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "room": slot.room,
        "slot_title": slot.title,
        "capacity": slot.capacity,
    }


def call_off(slot: Slot, *, reason: str) -> None:
    """This slot alone does not take place; the others of the event do. People are told by
    registrations.slot_changes."""
    hold_row(slot)
    refuse_if_called_off(slot.event)
    if slot.is_called_off:
        raise RuleBroken(_("This slot has been called off already."))
    if slot.ends_at <= clock.now():
        raise RuleBroken(_("This slot is over: it cannot be called off any more."))
    slot.called_off_at, slot.called_off_reason = clock.now(), reason
    db.session.flush()
    keep_up(slot.event)


def refuse_unless_movable(slot: Slot, starts_at: datetime, ends_at: datetime) -> None:
    """What has been stays when it was; nothing is moved into the past."""
    if (starts_at, ends_at) == (slot.starts_at, slot.ends_at):
        return
    if slot.ends_at <= clock.now():
        raise RuleBroken(_("This slot is over: its time cannot be changed any more."))
    if slot.has_begun and starts_at != slot.starts_at:
        raise RuleBroken(_("This slot has begun: its beginning cannot be changed any more."))
    if (starts_at if starts_at != slot.starts_at else ends_at) <= clock.now():
        raise RuleBroken(_("A slot cannot be moved into the past."))


def delete(slot: Slot) -> None:
    """Take a slot away that nobody ever signed up for."""
    event = slot.event
    refuse_if_called_off(event)
    if event.status is EventStatus.PUBLISHED and len(event.slots) == 1:
        raise RuleBroken(
            _("This is the only slot of a published event. Add another one first, or unpublish.")
        )
    when = slot.starts_at.isoformat()
    take_away(slot)
    db.session.expire(event, ["slots"])
    keep_up(event)
    record("event.slot_deleted", event, organization_id=event.organization_id, when=when)


def take_away(slot: Slot) -> None:
    try:
        with db.session.begin_nested():
            db.session.delete(slot)  # refused by the database while registrations refer to it
    except IntegrityError:
        raise RuleBroken(
            _(
                "People have signed up for this slot, so it cannot be deleted. "
                "Move them to another slot or change the time of this one."
            )
        ) from None


def refuse_if_called_off(event: Event) -> None:
    if event.is_called_off:
        raise RuleBroken(_("This event has been called off. Copy it to hold it again."))
