"""Reading who came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.attendance.models import Attendance, Presence
from app.base import clock
from app.base.db import db
from app.events.models import Event, EventStatus, Slot
from app.events.staff.queries import Remit
from app.people.models import Person
from app.registrations.desk.queries import SHEET_ORDER, by_name, with_people
from app.registrations.models import LIVE, SEATED, Registration, Status

MOST_FOUND = 30


@dataclass(frozen=True)
class Row:
    """One line of the list: a registration and its mark, if there is one."""

    registration: Registration
    mark: Attendance | None

    @property
    def presence(self) -> Presence | None:
        return self.mark.presence if self.mark else None


@dataclass(frozen=True)
class Tally:
    """How many of those who have a seat came, did not, or are not marked yet."""

    present: int = 0
    absent: int = 0
    excused: int = 0
    unmarked: int = 0

    @property
    def total(self) -> int:
        return self.present + self.absent + self.excused + self.unmarked


def marking_opens_at(slot: Slot) -> datetime:
    """Marks can be made from the beginning of the slot's day on."""
    return clock.start_of_day(clock.to_local(slot.starts_at).date())


def marking_is_open(slot: Slot) -> bool:
    return marking_opens_at(slot) <= clock.now() and not slot.is_called_off


def slot_now(event: Event) -> Slot | None:
    """The slot that goes on or comes next; after the event, its last one."""
    taking_place = event.slots_held
    coming = [slot for slot in taking_place if slot.ends_at > clock.now()]
    return next(iter(coming or taking_place[-1:] or event.slots[-1:]), None)


def rows(query: sa.Select[Any]) -> list[Row]:
    return [Row(registration, mark) for registration, mark in db.session.execute(query)]


def with_marks() -> sa.Select[Any]:
    return with_people(Attendance).outerjoin(
        Attendance, Attendance.registration_id == Registration.id
    )


def seated(slot: Slot) -> sa.Select[Any]:
    return with_marks().where(Registration.slot_id == slot.id, Registration.status.in_(SEATED))


def roll(slot: Slot) -> list[Row]:
    """Everybody who has a seat in the slot, in Russian order, with marks: one query."""
    return rows(seated(slot).order_by(Person.sort_key, Registration.id))


def sheet_of(slot: Slot) -> list[Row]:
    """The same as the rows of the printed list."""
    return rows(seated(slot).order_by(*SHEET_ORDER))


def searched(event: Event, words: str) -> list[Row]:
    """People of any slot and status by name: who has no seat here must be told why."""
    query = with_marks().where(Registration.event_id == event.id, *by_name(words))
    query = query.order_by(Person.sort_key, Registration.id).limit(MOST_FOUND)
    return rows(query)


def row_of(registration: Registration) -> Row:
    query = sa.select(Attendance).filter_by(registration_id=registration.id)
    return Row(registration, db.session.scalar(query))


def tally(slot: Slot) -> Tally:
    """Counted over the registrations that hold a seat in the slot."""
    query = (
        sa.select(Attendance.presence, sa.func.count())
        .select_from(Registration)
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.slot_id == slot.id, Registration.status == Status.CONFIRMED)
        .group_by(Attendance.presence)
    )
    counted: dict[Presence | None, int] = dict(db.session.execute(query).all())
    return Tally(
        **{presence.value: counted.get(presence, 0) for presence in Presence},
        unmarked=counted.get(None, 0),
    )


def marks_of(registrations: Collection[Registration]) -> dict[int, Attendance]:
    """The marks of these registrations, by the registration's id: one query."""
    ids = [registration.id for registration in registrations]
    query = (
        sa.select(Attendance)
        .where(Attendance.registration_id.in_(ids))
        .execution_options(populate_existing=True)  # somebody else may have just marked
    )
    return {mark.registration_id: mark for mark in db.session.scalars(query)} if ids else {}


def came(event: Event) -> list[Registration]:
    """Who came to the event, with slot, person and school, in Russian order."""
    query = (
        with_people()
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(
            Registration.event_id == event.id,
            Registration.status == Status.CONFIRMED,
            Attendance.presence == Presence.PRESENT,
        )
        .order_by(Person.sort_key, Registration.id)
    )
    return list(db.session.scalars(query))


def unticked_events(remit: Remit, *, most: int = 100) -> Sequence[Event]:
    """Published events of this remit that are over, had people, and have not a single
    mark: somebody still has to tick the list. The latest first."""
    people = sa.select(Registration.id).where(
        Registration.event_id == Event.id, Registration.status == Status.CONFIRMED
    )
    marks = (
        sa.select(Attendance.id)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(Registration.event_id == Event.id)
    )
    query = (
        sa.select(Event)
        .where(
            remit.holds,
            Event.status == EventStatus.PUBLISHED,
            Event.ends_at <= clock.now(),
            people.exists(),
            ~marks.exists(),
        )
        .options(joinedload(Event.organization))
        .order_by(Event.ends_at.desc(), Event.id)
        .limit(most)
    )
    return db.session.scalars(query).all()


class Participation(NamedTuple):
    """How much somebody signed up for, and how often they came."""

    signed_up: int = 0
    came: int = 0


def participation_of(people: Collection[Person]) -> dict[int, Participation]:
    """By the person's id: live registrations, and those marked present. One query."""
    query = (
        sa.select(
            Registration.person_id,
            sa.func.count(),
            sa.func.count().filter(Attendance.presence == Presence.PRESENT),
        )
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(
            Registration.person_id.in_([person.id for person in people]),
            Registration.status.in_(LIVE),
        )
        .group_by(Registration.person_id)
    )
    counted = {id_: Participation(*counts) for id_, *counts in db.session.execute(query)}
    return {person.id: counted.get(person.id, Participation()) for person in people}


class Missed(NamedTuple):
    """How often somebody did not come, of the times when it was marked."""

    missed: int
    times: int


def missed_of(people: Collection[Person], *, organization_id: int) -> dict[int, Missed]:
    """By the person's id, for those who missed anything: past events of this organization
    alone, for what others saw is not its business; excused absences do not count. One query."""
    absent = sa.func.count().filter(Attendance.presence == Presence.ABSENT)
    query = (
        sa.select(Registration.person_id, absent, sa.func.count())
        .join(Attendance, Attendance.registration_id == Registration.id)
        .join(Registration.slot)
        .join(Registration.event)
        .where(
            Registration.person_id.in_({person.id for person in people}),
            Registration.status == Status.CONFIRMED,
            Attendance.presence.in_((Presence.PRESENT, Presence.ABSENT)),
            Event.organization_id == organization_id,
            Slot.ends_at <= clock.now(),
        )
        .group_by(Registration.person_id)
        .having(absent > 0)
    )
    return {id_: Missed(missed, times) for id_, missed, times in db.session.execute(query)}
