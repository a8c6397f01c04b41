"""Which slots need the same room at the same time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from app.base.db import db
from app.base.words.text import searchable
from app.events.models import Event, EventStatus, Slot
from app.events.timetable.queries import spans_of
from app.web.filters import span

MOST_NAMED = 5


class Spot(NamedTuple):
    """Some time in some room."""

    starts_at: datetime
    ends_at: datetime
    room: str = ""


class Clash(NamedTuple):
    """A spot, and the slot that is in its room already."""

    spot: Spot
    slot: Slot

    @property
    def in_words(self) -> str:
        """«каб. 12, 24 ноября 2026 г., 15:00–16:00: там «Ярмарка», 15:30–16:30»."""
        sentence: str = _(
            "%(room)s, %(when)s: “%(event)s” is there, %(other)s",
            room=self.spot.room,
            when=span(self.spot.starts_at, self.spot.ends_at),
            event=self.slot.title or self.slot.event.title,
            other=span(self.slot.starts_at, self.slot.ends_at),
        )
        return sentence


def clashes_of(event: Event, slots: Sequence[Slot]) -> list[Clash]:
    """Where these slots, which stand there already, meet others; courses at their meetings."""
    times = spans_of(slots)
    pairs = [(Spot(*one, slot.room), slot) for slot in slots for one in times[slot.id]]
    return clashes(event, [spot for spot, _slot in pairs], of=[slot for _spot, slot in pairs])


def clashes(event: Event, spots: Sequence[Spot], *, of: Sequence[Slot] = ()) -> list[Clash]:
    """Each spot with the first slot of this venue that it meets in its room. ``of``: the
    slots whose spots these are, for those that stand there already; two of them that meet
    are named once."""
    if not any(spot.room.strip() for spot in spots):
        return []
    others = in_rooms(event, [spot for spot in spots if spot.room.strip()])
    found: list[Clash] = []
    named: set[tuple[int, int]] = set()
    for spot, own in zip_longest(spots, of):
        for starts_at, ends_at, slot in others.get(searchable(spot.room), ()):
            if starts_at >= spot.ends_at or spot.starts_at >= ends_at or slot is own:
                continue
            if own and (slot.id, own.id) in named:
                continue
            named.add((own.id if own else 0, slot.id))
            found.append(Clash(spot, slot))
            break
    return found


def in_rooms(
    event: Event, spots: Sequence[Spot]
) -> dict[str, list[tuple[datetime, datetime, Slot]]]:
    """What takes place in this venue while the spots last, by room."""
    query = (
        sa.select(Slot)
        .join(Slot.event)
        .options(contains_eager(Slot.event).load_only(Event.title, Event.venue))
        .where(
            Event.organization_id == event.organization_id,
            Event.status != EventStatus.CANCELLED,
            Slot.room != "",
            Slot.called_off_at.is_(None),
            Slot.starts_at < max(spot.ends_at for spot in spots),
            Slot.ends_at > min(spot.starts_at for spot in spots),
        )
        .order_by(Slot.starts_at, Slot.id)
    )
    here = searchable(event.venue)
    slots = [
        slot
        for slot in db.session.scalars(query)
        if slot.event_id == event.id or searchable(slot.event.venue) == here
    ]
    times = spans_of(slots)
    found: dict[str, list[tuple[datetime, datetime, Slot]]] = defaultdict(list)
    for slot in slots:
        found[searchable(slot.room)] += [(*one, slot) for one in times[slot.id]]
    return found


def said_of(found: Sequence[Clash]) -> str:
    """The warning, with the first few of them named; empty when there is none."""
    if not found:
        return ""
    named = "; ".join(clash.in_words for clash in found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    if more > 0:
        named = _("%(named)s; and %(number)s more", named=named, number=more)
    sentence: str = _("Two at once in one room. %(named)s.", named=named)
    return sentence
