"""Many slots changed or deleted in one act: all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about.upkeep import keep_up
from app.events.models import Event, EventStatus, Slot
from app.events.slots import actions as slots
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot
from app.web.filters import span

MOST_NAMED = 5


@dataclass(frozen=True)
class Wish:
    """What is to be different; None: as it is."""

    capacity: int | None = None
    room: str | None = None
    title: str | None = None
    shift: timedelta = timedelta()

    @property
    def is_empty(self) -> bool:
        return self == Wish()


class Changed(NamedTuple):
    slot: Slot
    was: Spot
    must_be_told: bool


class Refused(NamedTuple):
    slot: Slot
    why: str


class NotAll(RuleBroken):
    """Nothing is done: it would not do for some. Says which, and why."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        self.refused = refused
        named = " ".join(
            f"{span(one.slot.starts_at, one.slot.ends_at)}: {one.why}"
            for one in refused[:MOST_NAMED]
        )
        super().__init__(
            ngettext(
                "Nothing is changed, because of %(num)s slot. %(named)s",
                "Nothing is changed, because of %(num)s slots. %(named)s",
                len(refused),
                named=named,
            )
        )


def change_many(event: Event, chosen: Sequence[Slot], wish: Wish) -> list[Changed]:
    """The same change for all of them. After more seats the waitlists must be promoted."""
    slots.hold(event)
    slots.refuse_if_called_off(event)
    if not chosen:
        raise RuleBroken(_("Tick at least one slot."))
    if wish.is_empty:
        raise RuleBroken(_("Say what is to be different: seats, room, name or time."))
    changed, refused = [], []
    meetings = meetings_of(chosen) if wish.shift else {}
    for slot in chosen:
        was = Spot(slot.starts_at, slot.ends_at, slot.room)
        try:
            is_moved = slots.put(
                slot,
                slot.starts_at + wish.shift,
                slot.ends_at + wish.shift,
                capacity=slot.capacity if wish.capacity is None else wish.capacity,
                title=slot.title if wish.title is None else wish.title,
                room=slot.room if wish.room is None else wish.room,
            )
        except RuleBroken as broken:
            refused.append(Refused(slot, str(broken)))
            continue
        for meeting in meetings.get(slot.id, ()):
            meeting.starts_at += wish.shift
            meeting.ends_at += wish.shift
        changed.append(Changed(slot, was, is_moved))
    if refused:
        raise NotAll(refused)
    keep_up(event)
    return changed


def delete_many(event: Event, chosen: Sequence[Slot]) -> int:
    """Take those away for which nobody ever signed up. How many."""
    slots.hold(event)
    slots.refuse_if_called_off(event)
    if not chosen:
        raise RuleBroken(_("Tick at least one slot."))
    if event.status is EventStatus.PUBLISHED and len(chosen) >= len(event.slots):
        raise RuleBroken(
            _("A published event keeps at least one slot. Leave one out, or unpublish.")
        )
    refused = []
    for slot in chosen:
        try:
            slots.take_away(slot)
        except RuleBroken as broken:
            refused.append(Refused(slot, str(broken)))
    if refused:
        raise NotAll(refused)
    db.session.expire(event, ["slots"])
    keep_up(event)
    return len(chosen)
