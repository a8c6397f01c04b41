"""Reading events as those who run them see them: drafts too, of their organizations alone."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.base import clock
from app.base.db import db
from app.base.words.text import like, searchable
from app.events.kinds import KINDS
from app.events.models import Event, EventStatus, Slot
from app.events.staff.queries import Remit
from app.organizations.models import Municipality

SORTS = ("date", "-date", "title", "-title", "seats", "-seats")
AGENDA_DAYS = 7


def municipalities() -> list[Municipality]:
    query = sa.select(Municipality).order_by(Municipality.sort_key, Municipality.id)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Choice:
    """Which of their events somebody wants to see, and in which order."""

    status: str = ""  # draft | published | cancelled
    time: str = ""  # coming (what has no date yet, too) | past
    kind: str = ""
    q: str = ""
    sort: str = ""

    @property
    def words(self) -> list[str]:
        return re.sub(r"[\x00-\x1f]", " ", searchable(self.q[:100])).split()

    @property
    def order(self) -> str:
        """As chosen; else what comes next is first."""
        if self.sort in SORTS:
            return self.sort
        return "date" if self.time == "coming" else "-date"


def events_of(remit: Remit, choice: Choice) -> sa.Select[Event]:
    """The events of this remit that fit, each with its organization."""
    return (
        sa.select(Event)
        .where(remit.holds, *conditions(choice))
        .options(joinedload(Event.organization))
        .order_by(*order_by(choice.order))
    )


def conditions(choice: Choice) -> Iterator[sa.ColumnElement[bool]]:
    if choice.status in set(EventStatus):
        yield Event.status == EventStatus(choice.status)
    if choice.time == "coming":
        yield sa.or_(Event.ends_at.is_(None), Event.ends_at > clock.now())
    if choice.time == "past":
        yield Event.ends_at <= clock.now()
    if choice.kind in KINDS:
        yield Event.kind_code == choice.kind
    for word in choice.words:
        yield Event.search_text.like(like(word), escape="\\")


def order_by(order: str) -> tuple[sa.ColumnElement[Any], ...]:
    """What has no date yet stands first: it waits to be finished."""
    keys: dict[str, sa.ColumnElement[Any]] = {
        "date": sa.type_coerce(Event.starts_at, sa.DateTime),
        "title": sa.type_coerce(Event.search_text, sa.Text),
        "seats": sa.func.coalesce(
            sa.select(sa.func.sum(Slot.seats_taken))
            .where(Slot.event_id == Event.id)
            .scalar_subquery(),
            0,
        ),
    }
    key = keys[order.removeprefix("-")]
    undated = sa.case((Event.starts_at.is_(None), 0), else_=1)
    first = (undated,) if order.removeprefix("-") == "date" else ()
    return *first, key.desc() if order.startswith("-") else key.asc(), Event.id.desc()


class Seats(NamedTuple):
    """Of all slots of an event together."""

    slots: int = 0
    capacity: int = 0
    taken: int = 0


def seats_of(events: Collection[Event]) -> dict[int, Seats]:
    """The seats of each event by its id, in one query; events without slots have none."""
    query = (
        sa.select(
            Slot.event_id,
            sa.func.count(),
            sa.func.sum(Slot.capacity),
            sa.func.sum(Slot.seats_taken),
        )
        .where(Slot.event_id.in_([event.id for event in events]), Slot.called_off_at.is_(None))
        .group_by(Slot.event_id)
    )
    counted = {id_: Seats(*numbers) for id_, *numbers in db.session.execute(query)}
    return {event.id: counted.get(event.id, Seats()) for event in events}


class Filling(NamedTuple):
    """How full a coming event is, over its slots that have not begun."""

    event: Event
    next_at: datetime
    capacity: int
    taken: int


def filling(remit: Remit, *, most: int = 60) -> list[Filling]:
    """Published events with slots to come, the next first: one query."""
    seats = (
        sa.select(
            Slot.event_id,
            sa.func.min(Slot.starts_at).label("next_at"),
            sa.func.sum(Slot.capacity).label("capacity"),
            sa.func.sum(Slot.seats_taken).label("taken"),
        )
        .where(Slot.starts_at > clock.now())
        .group_by(Slot.event_id)
        .subquery()
    )
    query = (
        sa.select(Event, seats.c.next_at, seats.c.capacity, seats.c.taken)
        .join(seats, seats.c.event_id == Event.id)
        .where(remit.holds, Event.status == EventStatus.PUBLISHED)
        .order_by(seats.c.next_at, Event.id)
        .limit(most)
    )
    return [Filling(*row) for row in db.session.execute(query)]


def agenda(remit: Remit, *, days: int = AGENDA_DAYS) -> dict[date, dict[Event, list[Slot]]]:
    """Published events from today for so many days: day by day, with their slots of that day."""
    today = clock.today()
    query = (
        sa.select(Slot)
        .join(Slot.event)
        .options(contains_eager(Slot.event))
        .where(
            remit.holds,
            Event.status == EventStatus.PUBLISHED,
            Slot.called_off_at.is_(None),
            Slot.ends_at > clock.start_of_day(today),
            Slot.starts_at < clock.start_of_day(today + timedelta(days=days)),
        )
        .order_by(Slot.starts_at, Slot.id)
        .limit(200)
    )
    found: dict[date, dict[Event, list[Slot]]] = {}
    for slot in db.session.scalars(query):
        day = max(today, clock.to_local(slot.starts_at).date())  # what began earlier goes on today
        found.setdefault(day, {}).setdefault(slot.event, []).append(slot)
    return found


def drafts_of(remit: Remit, *, most: int = 10) -> list[Event]:
    """Drafts, the last touched first, with all that says what they still need."""
    query = (
        sa.select(Event)
        .where(remit.holds, Event.status == EventStatus.DRAFT)
        .options(joinedload(Event.organization), selectinload(Event.slots))
        .order_by(Event.changed_at.desc(), Event.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))
