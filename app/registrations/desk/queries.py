"""Reading registrations for the organizer: one page of the table, and its figures."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.base.db import db
from app.base.words.text import LARGEST, clean, like, searchable, sort_key, whole
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import Person
from app.registrations.answers.queries import who_answered
from app.registrations.models import SEATED, Group, Registration, Status
from app.registrations.queries import IN_LINE
from app.web.pages import Paged

MOST_LETTERS, MOST_WORDS = 100, 6
PAGE_SIZE = 50
EVERYBODY = "everybody"  # pupils of groups by name, among the others

IN_THIS_ORDER = (
    *(Status.APPLIED, Status.AWAITING_CONSENT, Status.OFFERED, Status.CONFIRMED),
    *(Status.WAITLISTED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED),
)
STATUS_ORDER = sa.case(
    {status: place for place, status in enumerate(IN_THIS_ORDER)}, value=Registration.status
)
# The rows of a slot's printed list are its SEATED in this order, each class together after
# those who come alone: whoever types the numbers of a filled sheet means the same rows.
SHEET_ORDER = (sa.func.coalesce(Registration.group_id, 0), Person.sort_key, Registration.id)
# The columns of each order, the first of them turned round by «-» before its name.
SORTS: dict[str, tuple[Any, ...]] = {
    "name": (Person.sort_key, Registration.id),
    "signed_up_at": (Registration.signed_up_at, Registration.id),
    "slot": (Slot.starts_at, Slot.id, Person.sort_key, Registration.id),
    "status": (STATUS_ORDER, Registration.slot_id, *IN_LINE),
    "class": (
        sa.func.coalesce(-Person.first_year, 0), Person.class_letter, Person.sort_key,
        Registration.id,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which registrations of an event, and in which order («-name»: backwards)."""

    words: str = ""
    status: Status | None = None
    slot_id: int | None = None
    school: str = ""  # an organization's id, or «~» and the name as typed
    group: str = ""  # a group's code, EVERYBODY by name, or nothing
    answer: str = ""  # a question's id, «:» and the answer in words
    sort: str = "name"

    @property
    def is_narrow(self) -> bool:
        return self.looks_for_people or bool(self.group)

    @property
    def looks_for_people(self) -> bool:
        return bool(self.words or self.status or self.slot_id or self.school or self.answer)

    @property
    def folds_groups(self) -> bool:
        """A group is one line, unless people are looked for or asked for by name."""
        return not self.group and not self.looks_for_people


def printable(text: str) -> str:
    """What was typed into a search box, without signs no name has."""
    return clean("".join(c if c.isprintable() else " " for c in text[:MOST_LETTERS]))


def by_name(text: str) -> list[sa.ColumnElement[bool]]:
    """Every word is a part of the person's name; case and «ё» do not matter."""
    words = searchable(text).split()[:MOST_WORDS]
    return [Person.search_name.like(like(word), escape="\\") for word in words]


def conditions(event: Event, wanted: Filter) -> Iterable[sa.ColumnElement[bool]]:
    yield Registration.event_id == event.id
    yield from by_name(wanted.words)
    if wanted.status:
        yield Registration.status == wanted.status
    if wanted.slot_id:
        yield Registration.slot_id == wanted.slot_id
    if wanted.school.startswith("~"):
        yield sa.and_(Person.school_id.is_(None), Person.school_name == wanted.school[1:])
    elif wanted.school:
        yield Person.school_id == whole(wanted.school)
    if wanted.answer:
        question, _colon, answer = wanted.answer.partition(":")
        yield Registration.id.in_(who_answered(event, whole(question), answer))
    if wanted.folds_groups:
        yield Registration.group_id.is_(None)
    elif wanted.group and wanted.group != EVERYBODY:
        yield Registration.group_id.in_(sa.select(Group.id).where(Group.code == wanted.group))


def order(sort: str) -> Sequence[Any]:
    first, *rest = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return (first.desc() if sort.startswith("-") else first, *rest)


def with_people(*columns: Any) -> sa.Select[Any]:
    """Registrations with their slot, group, person and the person's school, in one query."""
    return (
        sa.select(Registration, *columns)
        .join(Registration.person)
        .join(Registration.slot)
        .options(
            contains_eager(Registration.slot),
            contains_eager(Registration.person).joinedload(Person.school),
            joinedload(Registration.group),
        )
    )


def table_of(event: Event, wanted: Filter, *, number: int = 1) -> Paged[Registration]:
    """One page of the event's registrations: one query, two beyond the last page."""
    query = (
        with_people(sa.func.count().over())
        .where(*conditions(event, wanted))
        .order_by(*order(wanted.sort))
        .limit(PAGE_SIZE)
    )

    def page(number: int) -> Sequence[Any]:
        return db.session.execute(query.offset((number - 1) * PAGE_SIZE)).all()

    number = min(max(1, number), LARGEST // PAGE_SIZE)
    rows = page(number)
    if not rows and number > 1:
        number = max(1, -(-how_many(event, wanted) // PAGE_SIZE))
        rows = page(number)
    return Paged([row[0] for row in rows], number, PAGE_SIZE, rows[0][1] if rows else 0)


def how_many(event: Event, wanted: Filter) -> int:
    query = (
        sa.select(sa.func.count(Registration.id))
        .join(Registration.person)
        .where(*conditions(event, wanted))
    )
    return db.session.scalar(query) or 0


def found(event: Event, wanted: Filter) -> list[Registration]:
    """All that the filter finds, not only one page of it."""
    query = with_people().where(*conditions(event, wanted)).order_by(*order("name"))
    return list(db.session.scalars(query))


def chosen(event: Event, ids: Collection[int]) -> list[Registration]:
    """Those of these numbers that belong to the event, by name; others are left out."""
    known = [id_ for id_ in ids if 0 < id_ <= LARGEST]
    if not known:
        return []
    query = with_people().where(Registration.event_id == event.id, Registration.id.in_(known))
    return list(db.session.scalars(query.order_by(*order("name"))))


def registration_in(event: Event, id_: int) -> Registration | None:
    """The event's registration with this number."""
    return next(iter(chosen(event, [id_])), None)


@dataclass(frozen=True)
class Figures:
    """How many registrations of an event are in each state, and the seats they hold."""

    confirmed: int = 0
    awaiting_consent: int = 0
    waitlisted: int = 0
    cancelled: int = 0
    expired: int = 0
    applied: int = 0
    declined: int = 0
    offered: int = 0
    seats: int = 0
    in_groups: int = 0  # signed up with their class

    @property
    def total(self) -> int:
        return self.with_seat + self.waitlisted + self.applied + self.ended

    @property
    def with_seat(self) -> int:
        return self.confirmed + self.awaiting_consent + self.offered

    @property
    def ended(self) -> int:
        return self.cancelled + self.expired + self.declined


def figures_of(event: Event) -> Figures:
    count, seats = sa.func.count(), sa.func.sum(Registration.seats)
    query = (
        sa.select(Registration.status, count, seats, sa.func.count(Registration.group_id))
        .where(Registration.event_id == event.id)
        .group_by(Registration.status)
    )
    rows = db.session.execute(query).all()
    return Figures(
        **{status.value: number for status, number, _held, _in_groups in rows},
        seats=sum(held for status, _number, held, _in_groups in rows if status in SEATED),
        in_groups=sum(in_groups for *_others, in_groups in rows),
    )


def places_in_line(event: Event) -> dict[int, int]:
    """Each waiting registration's place in the line of its slot, from 1."""
    place = sa.func.row_number().over(partition_by=Registration.slot_id, order_by=IN_LINE)
    query = sa.select(Registration.id, place).where(
        Registration.event_id == event.id, Registration.status == Status.WAITLISTED
    )
    return dict(db.session.execute(query).all())


def schools_in(event: Event) -> list[tuple[str, str]]:
    """The schools the event's people come from, as (value for the filter, title)."""
    query = (
        sa.select(Person.school_id, Person.school_name, Organization.short_name)
        .select_from(Registration)
        .join(Registration.person)
        .outerjoin(Person.school)
        .where(Registration.event_id == event.id)
        .where(sa.or_(Person.school_id.is_not(None), Person.school_name != ""))
        .distinct()
    )
    schools = [
        (str(id_) if id_ else f"~{typed}", short_name or typed)
        for id_, typed, short_name in db.session.execute(query)
    ]
    return sorted(schools, key=lambda school: (sort_key(school[1]), school[0]))
