"""Reading classes that are signed up together, and those who might be."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, defer, joinedload

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import LAST_GRADE, ConsentKind, Person, SchoolClass
from app.people.queries import consents_of
from app.registrations.guardians.requests import Guardian, known_guardians
from app.registrations.models import LIVE, Group, Registration, Status
from app.registrations.queries import beside_many
from app.registrations.signing_up.rules import refuse_unless_audience

CODE_LENGTH = 12


@dataclass(frozen=True)
class Candidate:
    """A pupil who might come along, and how things stand before anything is done."""

    person: Person
    earlier: Registration | None = None  # their ended one in the event, to be revived
    obstacle: str = ""  # why they cannot be signed up, in words
    lacks_consent: bool = False
    guardians: Sequence[Guardian] = ()  # whom we can ask

    @property
    def may_come(self) -> bool:
        return not self.obstacle


def candidates(slot: Slot, pupils: Sequence[Person]) -> list[Candidate]:
    """Each pupil's state for this slot: three queries, however many they are."""
    beside = beside_many(slot, [one.identity for one in pupils])
    agreed = consents_of(pupils)
    lacking = [
        one for one in pupils if one.is_minor and ConsentKind.PERSONAL_DATA not in agreed[one.id]
    ]
    guardians = known_guardians(lacking)
    lacks = {one.id for one in lacking}
    return [
        Candidate(
            person=one,
            earlier=ended_of(one, slot, beside[one.identity]),
            obstacle=obstacle_of(one, slot, beside[one.identity]),
            lacks_consent=one.id in lacks,
            guardians=guardians.get(one.id, ()),
        )
        for one in pupils
    ]


def ended_of(pupil: Person, slot: Slot, beside: Iterable[Registration]) -> Registration | None:
    mine = [
        one
        for one in beside
        if one.person_id == pupil.id and one.event_id == slot.event_id and not one.is_live
    ]
    return mine[-1] if mine else None


def obstacle_of(pupil: Person, slot: Slot, beside: Iterable[Registration]) -> str:
    """Why this pupil cannot be signed up; the school's teacher may know what clashes."""
    live = [one for one in beside if one.is_live]
    here = next((one for one in live if one.event_id == slot.event_id), None)
    if here and here.is_applied:
        return _("has applied for this event already")
    if here and here.is_waitlisted:
        return _("is on the waitlist of this event already")
    if here:
        return _("has a seat in this event already")
    declined = any(one.is_declined and one.event_id == slot.event_id for one in beside)
    if declined:
        return _("was not accepted by the organizer")
    if live:
        return _("is at “%(event)s” at that time", event=live[0].slot.event.title)
    try:
        refuse_unless_audience(pupil, slot.event)
    except RuleBroken as broken:
        return str(broken)
    return ""


def classes_in(schools: Collection[Organization]) -> list[SchoolClass]:
    """The classes of these schools that have not left, the youngest first in each."""
    first = clock.school_year(clock.today()) - LAST_GRADE + 1
    query = (
        sa.select(SchoolClass)
        .join(SchoolClass.school)
        .where(
            SchoolClass.school_id.in_([school.id for school in schools]),
            SchoolClass.first_year.between(first, first + LAST_GRADE - 1),
        )
        .options(contains_eager(SchoolClass.school))
        .order_by(Organization.sort_key, SchoolClass.first_year.desc(), SchoolClass.letter)
    )
    return list(db.session.scalars(query)) if schools else []


def pupils_in(class_: SchoolClass) -> list[Person]:
    """Those of the class, in Russian order, with accounts and school."""
    return pupils_where(Person.class_id == class_.id)


def pupils_in_classes(classes: Collection[SchoolClass]) -> list[Person]:
    """Those of all these classes, in Russian order."""
    return pupils_where(Person.class_id.in_([one.id for one in classes])) if classes else []


def pupils_where(*conditions: sa.ColumnElement[bool]) -> list[Person]:
    query = (
        sa.select(Person)
        .where(*conditions, Person.merged_into_id.is_(None), Person.anonymized_at.is_(None))
        .options(joinedload(Person.user), joinedload(Person.school))
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query))


def waiting_by_slot(event: Event) -> dict[int, int]:
    """How many wait for each slot of the event."""
    query = (
        sa.select(Registration.slot_id, sa.func.count())
        .where(Registration.event_id == event.id, Registration.status == Status.WAITLISTED)
        .group_by(Registration.slot_id)
    )
    return dict(db.session.execute(query).all())


def slots_with_room(event: Event, number: int) -> list[Slot]:
    """Where so many can come at once and nobody waits before them."""
    waiting = waiting_by_slot(event)
    return [
        slot
        for slot in event.slots
        if slot.signup_is_open and slot.seats_left >= number and slot.id not in waiting
    ]


def group_by_code(code: str) -> Group | None:
    """With its slot, event and school, in one query."""
    if len(code) != CODE_LENGTH:
        return None
    query = sa.select(Group).where(Group.code == code.upper()).options(*WHOLE)
    return db.session.scalar(query)


WHOLE = (
    joinedload(Group.slot, innerjoin=True),
    joinedload(Group.event, innerjoin=True)
    .options(defer(Event.description), defer(Event.programme), defer(Event.search_text))
    .joinedload(Event.organization, innerjoin=True)
    .options(defer(Organization.about), defer(Organization.search_text)),
    joinedload(Group.school, innerjoin=True),
    joinedload(Group.made_by),
)


def members_of(group: Group, *, fresh: bool = False) -> list[Registration]:
    """All who were ever in the group, in Russian order; those who left stay to be seen.
    ``fresh``: as the database has it now, whatever was read before."""
    query = (
        sa.select(Registration)
        .join(Registration.person)
        .where(Registration.group_id == group.id)
        .options(
            contains_eager(Registration.person).joinedload(Person.user),
            joinedload(Registration.slot, innerjoin=True),
            joinedload(Registration.event, innerjoin=True),
        )
        .order_by(Person.sort_key, Registration.id)
        .execution_options(populate_existing=fresh)
    )
    return list(db.session.scalars(query))


def classes_of(groups: Collection[Group]) -> dict[int, list[SchoolClass]]:
    """The classes from which each group's pupils come, by the group's id: one query."""
    found: dict[int, list[SchoolClass]] = {group.id: [] for group in groups}
    query = (
        sa.select(SchoolClass, Registration.group_id)
        .join(Person, Person.class_id == SchoolClass.id)
        .join(Registration, Registration.person_id == Person.id)
        .where(Registration.group_id.in_(found))
        .options(joinedload(SchoolClass.school))
        .distinct()
    )
    for class_, group_id in db.session.execute(query) if found else ():
        if group_id:
            found[group_id].append(class_)
    return found


@dataclass(frozen=True)
class GroupRow:
    """A group as one line of a table."""

    group: Group
    seated: int = 0  # with a seat of their own
    held: int = 0  # until a guardian agrees
    waiting: int = 0
    ended: int = 0
    applied: int = 0

    @property
    def live(self) -> int:
        return self.seated + self.held + self.waiting + self.applied

    @property
    def title(self) -> str:
        """«9А, СОШ № 18»."""
        return self.group.full_title

    @property
    def size(self) -> str:
        """«24 + 2»: pupils and adults."""
        return f"{self.live} + {len(self.group.companions)}"

    @property
    def seats(self) -> int:
        return self.seated + self.held + self.group.companion_seats


def groups_in(event: Event) -> list[GroupRow]:
    """The event's groups, slot by slot: one query."""
    return group_rows(Group.event_id == event.id)


def groups_of_schools(schools: Collection[Organization]) -> list[GroupRow]:
    """Groups of these schools, those to come first and soonest."""
    if not schools:
        return []
    rows = group_rows(Group.school_id.in_([school.id for school in schools]))
    coming = [row for row in rows if row.group.slot.ends_at > clock.now()]
    return coming + [row for row in reversed(rows) if row not in coming]


def group_rows(*conditions: sa.ColumnElement[bool]) -> list[GroupRow]:
    counted = (
        sa.select(
            Registration.group_id,
            count_of(Status.CONFIRMED).label("seated"),
            count_of(Status.AWAITING_CONSENT).label("held"),
            count_of(Status.WAITLISTED).label("waiting"),
            sa.func.count().filter(Registration.status.not_in(LIVE)).label("ended"),
            count_of(Status.APPLIED).label("applied"),
        )
        .join(Group, Group.id == Registration.group_id)
        .where(*conditions)
        .group_by(Registration.group_id)
        .subquery()
    )
    names = ("seated", "held", "waiting", "ended", "applied")
    numbers = [sa.func.coalesce(counted.c[name], 0) for name in names]
    query = (
        sa.select(Group, *numbers)
        .join(Group.slot)
        .join(Group.school)
        .outerjoin(counted, counted.c.group_id == Group.id)
        .where(*conditions)
        .options(
            contains_eager(Group.slot),
            contains_eager(Group.school),
            joinedload(Group.event, innerjoin=True),
            joinedload(Group.made_by),
        )
        .order_by(Slot.starts_at, Slot.id, Organization.sort_key, Group.title, Group.id)
    )
    return [GroupRow(*row) for row in db.session.execute(query)]


def count_of(status: Status, *conditions: sa.ColumnElement[bool]) -> sa.Function[Any] | Any:
    return sa.func.count().filter(Registration.status == status, *conditions)
