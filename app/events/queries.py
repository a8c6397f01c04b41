"""Reading events: one by its address, many by what somebody looks for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, joinedload, load_only, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.base import clock
from app.base.db import db
from app.base.words.text import like
from app.events.models import Event, EventStatus, Format, Slot
from app.organizations.models import Municipality, Organization
from app.web.pages import Paged

SLUG = re.compile(r"[a-z0-9-]{1,100}")
# The moment at which a query is asked, not the one at which it was written.
NOW = sa.bindparam("now", type_=sa.DateTime(), callable_=lambda: clock.now())

STILL_TO_COME = (Slot.starts_at > NOW, Slot.called_off_at.is_(None))


def event_by_slug(slug: str, *, alone: bool = False) -> Event | None:
    """With organization, municipality, measure and slots: two queries in all. ``alone``,
    with its slots only: the sign-up needs no more and is asked for most."""
    if not SLUG.fullmatch(slug):
        return None
    event = db.session.scalar(ALONE if alone else BY_SLUG, {"slug": slug})
    if event is not None:  # cheaper than selectinload for the busiest page of all
        slots = db.session.scalars(SLOTS_OF_EVENT, {"event_id": event.id})
        set_committed_value(event, "slots", slots.all())
    return event


def event_row(slug: str) -> Event | None:
    """The event with its title, and nothing beside it: for what is asked many times a second."""
    return db.session.scalar(ROW, {"slug": slug}) if SLUG.fullmatch(slug) else None


# Written once: they are asked for each page of an event.
OF_SLUG = sa.select(Event).where(Event.slug == sa.bindparam("slug"))
ALONE = OF_SLUG.options(  # with its organization: whether it may hold the event
    joinedload(Event.organization).options(
        defer(Organization.about), defer(Organization.search_text)
    )
)
ROW = OF_SLUG.options(load_only(Event.organization_id, Event.title, Event.slug, Event.status))
BY_SLUG = OF_SLUG.options(
    joinedload(Event.organization),
    joinedload(Event.municipality),
    joinedload(Event.measure),
    joinedload(Event.series),
)
SLOTS_OF_EVENT = (
    sa.select(Slot)
    .where(Slot.event_id == sa.bindparam("event_id"))
    .order_by(Slot.starts_at, Slot.id)
)


@dataclass(frozen=True)
class Selection:
    """What somebody looks for; with nothing said: every coming event.

    ``words`` are parts of words as ``app.base.words.text.searchable`` leaves them; ``since`` and
    ``until`` are days of the region and may lie in the past.
    """

    words: tuple[str, ...] = ()
    kind: str = ""
    municipality: str = ""  # OKTMO
    organization: str = ""  # slug
    grade: int | None = None
    field: str = ""  # code of a professional field
    format: Format | None = None
    since: date | None = None
    until: date | None = None
    free: bool = False

    @property
    def is_past(self) -> bool:
        """Everything asked for lies before today: shown from the latest backwards."""
        return self.until is not None and self.until < clock.today()

    def during(self, first: date, last: date) -> "Selection":
        """The same selection in these days."""
        return replace(self, since=first, until=last)


class Coming(NamedTuple):
    """The slots of an event that have not begun yet, taken together."""

    slots: int = 0
    capacity: int = 0
    seats_left: int = 0
    next_at: datetime | None = None


class Card(NamedTuple):
    """What the catalogue shows of an event, without its long texts."""

    id: int
    slug: str
    title: str
    kind_code: str
    status: EventStatus
    format: Format
    venue: str
    starts_at: datetime
    ends_at: datetime
    grade_from: int | None
    grade_to: int | None
    signup_opens_at: datetime | None
    signup_closes_at: datetime | None
    organization: str
    municipality: str | None
    audience: tuple[str, ...]
    coming: Coming

    @property
    def first_at(self) -> datetime:
        """The date to show: the next slot's, or the first one's when all have begun."""
        return self.coming.next_at or self.starts_at

    @property
    def signup(self) -> str:
        """How things stand: called_off, over, later, closed, full or open."""
        now = clock.now()
        if self.status is EventStatus.CANCELLED:
            return "called_off"
        if self.ends_at <= now:
            return "over"
        if self.signup_opens_at and now < self.signup_opens_at:
            return "later"
        if not self.coming.slots or (self.signup_closes_at and self.signup_closes_at <= now):
            return "closed"
        return "open" if self.coming.seats_left else "full"


CARD_COLUMNS = (
    Event.id, Event.slug, Event.title, Event.kind_code, Event.status, Event.format, Event.venue,
    Event.starts_at, Event.ends_at, Event.grade_from, Event.grade_to,
    Event.signup_opens_at, Event.signup_closes_at, Organization.short_name, Municipality.short_name,
    Event.audience,
)  # fmt: skip


def find_events(selection: Selection, *, number: int = 1, size: int = 20) -> Paged[Card]:
    """One page of the selection's cards with their seats: two queries, however many."""
    query = cards_query(selection, selection.is_past, size)
    rows = db.session.execute(query, {"first": (number - 1) * size}).all()
    if not rows and number > 1:  # beyond the end: the last page instead
        total = db.session.scalar(selected(sa.func.count(), selection=selection)) or 0
        number = max(1, -(-total // size))
        rows = db.session.execute(query, {"first": (number - 1) * size}).all()
    coming = coming_of([row.id for row in rows])
    cards = tuple(
        Card._make([*columns, tuple(audience), coming.get(row.id, Coming())])
        for row in rows
        for _total, *columns, audience in [row]
    )
    return Paged(cards, number, size, rows[0][0] if rows else 0)


@lru_cache(maxsize=200)
def cards_query(selection: Selection, _is_past: bool, size: int) -> sa.Select[Any]:
    """Written once for each selection: writing it takes longer than answering it."""
    return (
        selected(sa.func.count().over(), *CARD_COLUMNS, selection=selection)
        .order_by(*order_of(selection))
        .limit(size)
        .offset(sa.bindparam("first", type_=sa.Integer))
    )


def selected(*columns: Any, selection: Selection) -> sa.Select[Any]:
    """These columns of the selection's events, their organizations and municipalities."""
    return (
        sa.select(*columns)
        .join_from(Event, Organization, Event.organization_id == Organization.id)
        .outerjoin(Municipality, Event.municipality_id == Municipality.id)
        .where(*conditions(selection))
    )


def conditions(selection: Selection) -> Iterable[sa.ColumnElement[bool]]:
    yield sa.or_(
        Event.status == EventStatus.PUBLISHED,
        sa.and_(Event.status == EventStatus.CANCELLED, Event.ends_at > NOW),
    )
    # What was held stays; whoever is suspended invites nobody.
    yield sa.or_(Organization.is_approved, Event.ends_at <= NOW)
    if selection.since:
        yield Event.ends_at > clock.start_of_day(selection.since)
    elif not selection.is_past:
        yield Event.ends_at > NOW
    if selection.until:
        yield Event.starts_at < clock.end_of_day(selection.until)
    yield from conditions_about_people(selection)
    yield from conditions_about_itself(selection)


def conditions_about_itself(selection: Selection) -> Iterable[sa.ColumnElement[bool]]:
    for word in selection.words:
        yield Event.search_text.like(like(word), escape="\\")
    if selection.kind:
        yield Event.kind_code == selection.kind
    if selection.municipality:
        yield Municipality.oktmo == selection.municipality
    if selection.organization:
        yield Organization.slug == selection.organization
    if selection.format:
        yield Event.format == selection.format
    if selection.field:  # the list is stored as JSON text: ["it", "media"]
        yield sa.cast(Event.fields, sa.Text).like(like(f'"{selection.field}"'), escape="\\")


def conditions_about_people(selection: Selection) -> Iterable[sa.ColumnElement[bool]]:
    if selection.grade is not None:
        yield sa.func.coalesce(Event.grade_from, 1) <= selection.grade
        yield sa.func.coalesce(Event.grade_to, 11) >= selection.grade
    if selection.free:
        yield Event.status == EventStatus.PUBLISHED
        yield sa.or_(Event.signup_opens_at.is_(None), Event.signup_opens_at <= NOW)
        yield sa.or_(Event.signup_closes_at.is_(None), Event.signup_closes_at > NOW)
        yield sa.exists().where(
            Slot.event_id == Event.id,
            *STILL_TO_COME,
            Slot.seats_taken < Slot.capacity,
        )


def order_of(selection: Selection) -> tuple[sa.ColumnElement[Any], ...]:
    """By start; what has begun stands by its next slot."""
    if selection.is_past:
        return Event.starts_at.desc(), Event.id.desc()
    if selection.since:
        return Event.starts_at.asc(), Event.id.asc()
    following = (
        sa.select(sa.func.min(Slot.starts_at))
        .where(Slot.event_id == Event.id, *STILL_TO_COME)
        .scalar_subquery()
    )
    begun = sa.func.coalesce(following, Event.starts_at)
    return sa.case((Event.starts_at > NOW, Event.starts_at), else_=begun).asc(), Event.id.asc()


def coming_of(event_ids: Sequence[int]) -> dict[int, Coming]:
    """The coming slots of these events, by event: one query."""
    if not event_ids:
        return {}
    rows = db.session.execute(COMING_SLOTS, {"event_ids": event_ids})
    return {event_id: Coming._make(counted) for event_id, *counted in rows}


COMING_SLOTS = (
    sa.select(
        Slot.event_id,
        sa.func.count(),
        sa.func.sum(Slot.capacity),
        sa.func.sum(Slot.capacity - Slot.seats_taken),
        sa.func.min(Slot.starts_at),
    )
    .where(Slot.event_id.in_(sa.bindparam("event_ids", expanding=True)), *STILL_TO_COME)
    .group_by(Slot.event_id)
)


def kinds_with_counts() -> list[tuple[str, int]]:
    """Codes of the kinds of coming events, the most frequent first."""
    count = sa.func.count()
    query = (
        sa.select(Event.kind_code, count)
        .join(Event.organization)
        .where(
            Event.status == EventStatus.PUBLISHED,
            Event.ends_at > clock.now(),
            Organization.is_approved,
        )
        .group_by(Event.kind_code)
        .order_by(count.desc(), Event.kind_code)
    )
    return [(code, number) for code, number in db.session.execute(query)]


def whole_events(selection: Selection, *, number: int = 1, size: int = 100) -> Paged[Event]:
    """One page of the selection's events with everything they hold, for other programs."""
    total = db.session.scalar(selected(sa.func.count(), selection=selection)) or 0
    number = min(number, max(1, -(-total // size)))
    query = (
        selected(Event, selection=selection)
        .options(
            contains_eager(Event.organization),
            contains_eager(Event.municipality),
            joinedload(Event.measure),
            selectinload(Event.slots),
        )
        .order_by(*order_of(selection))
        .limit(size)
        .offset((number - 1) * size)
    )
    return Paged(db.session.scalars(query).all(), number, size, total)
