"""What schools and those for whom seats are kept hold already, and who waits."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.words.text import searchable
from app.events.models import Event, Slot
from app.events.seat_rules.quota_models import Quota
from app.organizations.models import Organization
from app.people.models import Person, grade_now
from app.registrations.models import SEATED, Group, Registration, Status
from app.registrations.queries import IN_LINE


class Who(NamedTuple):
    """What rules about seats ask of a person."""

    school: str  # empty: of none
    municipality_id: int | None  # their school's
    grade: int | None


def who(person: Person) -> Who:
    school = person.school
    municipality_id = school.municipality_id if school else None
    return Who(school_key(person.school_id, person.school_name), municipality_id, person.grade)


def school_key(school_id: int | None, typed: str) -> str:
    """The school on our list, else its name as typed, without regard to case and signs."""
    if school_id:
        return f"#{school_id}"
    return "".join(sign for sign in searchable(typed) if sign.isalnum())


def held_by_schools(event: Event) -> Counter[str]:
    """The seats of the event that people of each school hold."""
    query = (
        sa.select(Person.school_id, Person.school_name, sa.func.sum(Registration.seats))
        .select_from(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event.id, Registration.status.in_(SEATED))
        .group_by(Person.school_id, Person.school_name)
    )
    held: Counter[str] = Counter()
    for school_id, typed, number in db.session.execute(query):
        held[school_key(school_id, typed)] += number
    return held


def held_by_favoured(slot: Slot, quotas: Sequence[Quota]) -> Counter[int]:
    """By the quota's id: the seats of the slot held by those for whom it keeps some."""
    if not quotas:
        return Counter()
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((favours(one), Registration.seats), else_=0)), 0)
        for one in quotas
    ]
    query = (
        sa.select(*sums)
        .select_from(Registration)
        .join(Registration.person)
        .outerjoin(Organization, Organization.id == Person.school_id)
        .where(Registration.slot_id == slot.id, Registration.status.in_(SEATED))
    )
    return Counter(
        {one.id: held for one, held in zip(quotas, db.session.execute(query).one(), strict=True)}
    )


def favours(quota: Quota) -> sa.ColumnElement[bool]:
    conditions: list[sa.ColumnElement[bool]] = []
    if quota.municipality_id:
        conditions.append(Organization.municipality_id == quota.municipality_id)
    if quota.grade_from or quota.grade_to:
        year = clock.school_year(clock.today())
        lowest, highest = quota.grade_from or 1, quota.grade_to or 11
        conditions.append(Person.first_year.between(year - highest + 1, year - lowest + 1))
    return sa.and_(sa.true(), *conditions)


class Waiting(NamedTuple):
    """One who waits: the registration's id, and how many seats it needs."""

    id: int
    who: Who
    seats: int
    adults: int


def line_of(slot: Slot) -> list[Waiting]:
    """Who waits for the slot, the first first."""
    adults = sa.case((Group.companion_seats > 0, None), else_=Group.companions)
    query = (
        sa.select(
            *(Registration.id, Registration.seats, Person.school_id, Person.school_name),
            *(Organization.municipality_id, Person.first_year, adults),
        )
        .select_from(Registration)
        .join(Registration.person)
        .outerjoin(Organization, Organization.id == Person.school_id)
        .outerjoin(Registration.group)
        .where(Registration.slot_id == slot.id, Registration.status == Status.WAITLISTED)
        .order_by(*IN_LINE)
    )
    return [waiting_of(*row) for row in db.session.execute(query)]


def waiting_of(
    id_: int,
    seats: int,
    school_id: int | None,
    typed: str,
    municipality_id: int | None,
    first_year: int | None,
    adults: Any,
) -> Waiting:
    grade = grade_now(first_year)
    person = Who(school_key(school_id, typed), municipality_id, grade)
    return Waiting(id_, person, seats, len(adults or ()))
