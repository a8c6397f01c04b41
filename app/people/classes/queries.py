"""Reading a school's classes and the pupils in them."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.base import clock
from app.base.db import db
from app.base.words.text import sort_key
from app.organizations.models import Organization
from app.people.models import (
    ADULT_AGE,
    Category,
    Consent,
    ConsentKind,
    ConsentText,
    Guardianship,
    Person,
    SchoolClass,
)
from app.people.queries import LAWFUL_FOR_MINORS

KEPT = (Person.merged_into_id.is_(None), Person.anonymized_at.is_(None))


class Numbers(NamedTuple):
    """Of a class, or of several together."""

    pupils: int = 0
    agreed: int = 0  # with a lawful consent to the processing of personal data
    accounts: int = 0

    @property
    def not_agreed(self) -> int:
        return self.pupils - self.agreed

    @property
    def without_account(self) -> int:
        return self.pupils - self.accounts


def class_by_id(class_id: int) -> SchoolClass | None:
    """With its school and teacher."""
    query = (
        sa.select(SchoolClass)
        .where(SchoolClass.id == class_id)
        .options(joinedload(SchoolClass.school), joinedload(SchoolClass.teacher))
    )
    return db.session.scalar(query)


def classes_of(school: Organization, *, left: bool = False) -> list[SchoolClass]:
    """The school's classes with their teachers, the youngest first; with ``left`` those that
    have left school, the last ones first."""
    oldest = clock.school_year(clock.today()) - 10  # whoever began then is in grade 11
    years = SchoolClass.first_year < oldest if left else SchoolClass.first_year >= oldest
    query = (
        sa.select(SchoolClass)
        .where(SchoolClass.school_id == school.id, years)
        .options(joinedload(SchoolClass.school), joinedload(SchoolClass.teacher))
    )
    found = list(db.session.scalars(query))
    return sorted(found, key=lambda one: (-one.first_year, sort_key(one.letter)))


def numbers_of(classes: Collection[SchoolClass]) -> dict[int, Numbers]:
    """How many pupils each class has, how many with a consent, with an account: one query."""
    query = (
        sa.select(
            Person.class_id,
            sa.func.count(),
            sa.func.count(sa.case((has_agreed(), 1))),
            sa.func.count(Person.user_id),
        )
        .where(Person.class_id.in_([one.id for one in classes]), *KEPT)
        .group_by(Person.class_id)
    )
    rows = db.session.execute(query).all() if classes else ()
    found = {id_: Numbers(*numbers) for id_, *numbers in rows}
    return {one.id: found.get(one.id, Numbers()) for one in classes}


def together(numbers: Collection[Numbers]) -> Numbers:
    return Numbers(*map(sum, zip(*numbers, strict=True))) if numbers else Numbers()


def has_agreed() -> sa.ColumnElement[bool]:
    """What consents_of() finds, for counting: for a minor the guardian's consent alone counts."""
    return (
        sa.select(Consent.id)
        .join(Consent.text)
        .where(
            Consent.person_id == Person.id,
            ConsentText.kind == ConsentKind.PERSONAL_DATA,
            Consent.withdrawn_at.is_(None),
            sa.or_(is_adult(clock.today()), Consent.channel.in_(LAWFUL_FOR_MINORS)),
        )
        .exists()
    )


def is_adult(day: date) -> sa.ColumnElement[bool]:
    """As ``Person.is_minor`` says, the other way round."""
    year = day.year - ADULT_AGE
    born_until = date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
    return sa.case(
        (Person.birth_date.is_not(None), Person.birth_date <= born_until),
        (Person.birth_year.is_not(None), Person.birth_year < year),
        else_=Person.category != Category.PUPIL,
    )


def pupils_of(class_: SchoolClass) -> list[Person]:
    """In Russian order."""
    query = (
        sa.select(Person)
        .where(Person.class_id == class_.id, *KEPT)
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query))


def pupil_in(class_: SchoolClass, person_id: int) -> Person | None:
    query = sa.select(Person).where(Person.class_id == class_.id, Person.id == person_id, *KEPT)
    return db.session.scalar(query)


def namesake_in(school: Organization, identity: str, *, but: Person | None) -> Person | None:
    """Another pupil of the school with the same name and birth date, with their class."""
    query = (
        sa.select(Person)
        .join(Person.school_class)
        .where(SchoolClass.school_id == school.id, Person.identity == identity, *KEPT)
        .options(joinedload(Person.school_class))
        .order_by(Person.id)
        .limit(1)
    )
    if but is not None:
        query = query.where(Person.id != but.id)
    return db.session.scalar(query)


def guardianship_in(child: Person, guardianship_id: int) -> Guardianship | None:
    query = sa.select(Guardianship).filter_by(child_id=child.id, id=guardianship_id)
    return db.session.scalar(query.options(joinedload(Guardianship.user)))
