"""Where a school's pupils have been in a school year, and who has been nowhere."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, load_only

from app.attendance.models import Attendance, Presence
from app.base import clock
from app.base.db import db
from app.base.words.text import sort_key
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import LAST_GRADE, Guardianship, Person, SchoolClass
from app.people.queries import guardianships_of
from app.registrations.models import Registration, Status


class Visit(NamedTuple):
    """A pupil was at an event: the same event twice is one visit."""

    person_id: int
    class_id: int | None
    event: Event
    starts_at: datetime


class Count(NamedTuple):
    """Unique pupils and visits, side by side and never mixed."""

    pupils: int = 0
    visits: int = 0


@dataclass(frozen=True)
class Share:
    """How many of the pupils of a class, or of the school, have been somewhere."""

    pupils: int = 0
    covered: int = 0
    visits: int = 0

    @property
    def nowhere(self) -> int:
        return self.pupils - self.covered

    @property
    def percent(self) -> int:
        """Rounded down: 100 means everybody."""
        return 100 * self.covered // self.pupils if self.pupils else 0


def days_of(year: int) -> tuple[datetime, datetime]:
    """The school year that begins in this one: 1 September to 31 August."""
    return clock.start_of_day(date(year, 9, 1)), clock.start_of_day(date(year + 1, 9, 1))


def grade_in(class_: SchoolClass, year: int) -> int:
    return year - class_.first_year + 1


def title_in(class_: SchoolClass, year: int) -> str:
    """«9А», as the class was called in that school year."""
    return f"{grade_in(class_, year)}{class_.letter}"


def classes_in(schools: Collection[Organization], year: int) -> list[SchoolClass]:
    """The classes of these schools that were in grades 1–11 in that year, the youngest first."""
    query = (
        sa.select(SchoolClass)
        .where(
            SchoolClass.school_id.in_([school.id for school in schools]),
            SchoolClass.first_year.between(year - LAST_GRADE + 1, year),
        )
        .options(joinedload(SchoolClass.school), joinedload(SchoolClass.teacher))
    )
    found = db.session.scalars(query)
    return sorted(found, key=lambda one: (-one.first_year, sort_key(one.letter), one.id))


def pupils_in(classes: Collection[SchoolClass]) -> list[Person]:
    """Who stands in these classes today, in Russian order."""
    query = (
        sa.select(Person)
        .where(Person.class_id.in_([one.id for one in classes]), *standing(Person))
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query))


def sizes_of(classes: Collection[SchoolClass]) -> dict[int | None, int]:
    """How many pupils each class has: one query."""
    query = (
        sa.select(Person.class_id, sa.func.count())
        .where(Person.class_id.in_([one.id for one in classes]), *standing(Person))
        .group_by(Person.class_id)
    )
    return dict(db.session.execute(query).all())


def standing(person: type[Person]) -> tuple[sa.ColumnElement[bool], ...]:
    """Neither merged into another nor erased."""
    return person.merged_into_id.is_(None), person.anonymized_at.is_(None)


def visits_in(
    year: int, *, classes: Collection[SchoolClass] = (), people: Collection[Person] = ()
) -> list[Visit]:
    """Where the pupils of these classes, or these people, were marked present, in the order of
    time: two queries, however many. What stayed with a merged card is its owner's too."""
    pupil, holder = aliased(Person), aliased(Person)
    first, end = days_of(year)
    query = (
        sa.select(pupil.id, pupil.class_id, Registration.event_id, sa.func.min(Slot.starts_at))
        .select_from(pupil)
        .join(holder, sa.or_(holder.id == pupil.id, holder.merged_into_id == pupil.id))
        .join(Registration, Registration.person_id == holder.id)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .join(Slot, Slot.id == Registration.slot_id)
        .where(
            Attendance.presence == Presence.PRESENT,
            Registration.status == Status.CONFIRMED,
            Slot.starts_at >= first,
            Slot.starts_at < end,
            *standing(pupil),
        )
        .group_by(pupil.id, pupil.class_id, Registration.event_id)
        .order_by(sa.func.min(Slot.starts_at), Registration.event_id)
    )
    if people:
        query = query.where(pupil.id.in_([one.id for one in people]))
    else:
        query = query.where(pupil.class_id.in_([one.id for one in classes]))
    rows = db.session.execute(query).all()
    events = events_by_id({event_id for _pupil, _class, event_id, _at in rows})
    return [Visit(person, class_, events[event], at) for person, class_, event, at in rows]


def events_by_id(ids: Collection[int]) -> dict[int, Event]:
    query = (
        sa.select(Event)
        .where(Event.id.in_(ids))
        .options(load_only(Event.title, Event.slug, Event.kind_code, Event.fields, Event.status))
    )
    return {event.id: event for event in db.session.scalars(query)} if ids else {}


def shares_of(
    classes: Iterable[SchoolClass], sizes: Mapping[int | None, int], visits: Iterable[Visit]
) -> dict[int, Share]:
    """Each class's share, by its id."""
    covered: dict[int | None, set[int]] = defaultdict(set)
    number: dict[int | None, int] = defaultdict(int)
    for visit in visits:
        covered[visit.class_id].add(visit.person_id)
        number[visit.class_id] += 1
    return {
        one.id: Share(sizes.get(one.id, 0), len(covered[one.id]), number[one.id]) for one in classes
    }


def together(shares: Iterable[Share]) -> Share:
    shares = list(shares)
    return Share(
        sum(one.pupils for one in shares),
        sum(one.covered for one in shares),
        sum(one.visits for one in shares),
    )


def by_kind(visits: Iterable[Visit]) -> dict[str, Count]:
    """Codes of the kinds, the most visited first."""
    return counted(visits, lambda event: [event.kind_code])


def by_field(visits: Iterable[Visit]) -> dict[str, Count]:
    """Codes of the professional fields; an event of several counts for each of them."""
    return counted(visits, lambda event: event.fields)


def counted(visits: Iterable[Visit], keys_of: Callable[[Event], Sequence[str]]) -> dict[str, Count]:
    people: dict[str, set[int]] = defaultdict(set)
    number: dict[str, int] = defaultdict(int)
    for visit in visits:
        for key in keys_of(visit.event):
            people[key].add(visit.person_id)
            number[key] += 1
    counts = {key: Count(len(people[key]), number[key]) for key in number}
    return dict(sorted(counts.items(), key=lambda one: (-one[1].visits, one[0])))


def by_person(visits: Iterable[Visit]) -> dict[int, list[Visit]]:
    found: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[visit.person_id].append(visit)
    return dict(found)


@dataclass(frozen=True)
class Uncovered:
    """The pupils of a class who have been nowhere, with those who answer for them."""

    school_class: SchoolClass
    pupils: list[Person]
    guardians: dict[int, list[Guardianship]]


def uncovered(classes: Sequence[SchoolClass], year: int) -> list[Uncovered]:
    """Whom to invite, class by class; classes where everybody was somewhere are left out."""
    been = {visit.person_id for visit in visits_in(year, classes=classes)}
    pupils = [one for one in pupils_in(classes) if one.id not in been]
    guardians = guardianships_of(pupils)
    of_class: dict[int | None, list[Person]] = defaultdict(list)
    for pupil in pupils:
        of_class[pupil.class_id].append(pupil)
    return [Uncovered(one, of_class[one.id], guardians) for one in classes if of_class[one.id]]
