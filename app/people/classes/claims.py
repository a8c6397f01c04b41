"""People who typed a school's name: its coordinator says whether they belong to it.

Until then the school sees a shortened name and the class as typed, and nothing else.
"""

from collections.abc import Collection

import sqlalchemy as sa

from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.organizations.models import Organization
from app.people.classes.queries import KEPT
from app.people.models import Person, SchoolClass


def claims_on(school: Organization) -> sa.Select[Person]:
    """Those who typed its name and whom nobody has confirmed, the youngest grade last."""
    return (
        sa.select(Person)
        .where(is_claim(school), *KEPT)
        .order_by(Person.first_year, Person.class_letter, Person.sort_key, Person.id)
    )


def is_claim(school: Organization) -> sa.ColumnElement[bool]:
    return sa.and_(Person.school_id == school.id, Person.school_confirmed_at.is_(None))


def number_of_claims(school: Organization) -> int:
    query = sa.select(sa.func.count(Person.id)).where(is_claim(school), *KEPT)
    return db.session.scalar(query) or 0


def chosen_claims(school: Organization, ids: Collection[int]) -> list[Person]:
    """Of these, who still wait for the school's answer. They are held."""
    query = (
        sa.select(Person)
        .where(Person.id.in_(ids), is_claim(school), *KEPT)
        .order_by(Person.id)
        .with_for_update(of=Person)
    )
    return list(db.session.scalars(query))


def pupils_called_so(school: Organization, claims: Collection[Person]) -> dict[str, SchoolClass]:
    """The classes where a pupil of the school has the same name and birth date, by these:
    accepting leads to a pair among the duplicates."""
    query = (
        sa.select(Person.identity, SchoolClass)
        .join(Person.school_class)
        .where(
            Person.identity.in_([claim.identity for claim in claims]),
            SchoolClass.school_id == school.id,
            *KEPT,
        )
    )
    return {row[0]: row[1] for row in db.session.execute(query)} if claims else {}


def accept(claims: Collection[Person], school: Organization) -> int:
    """They belong to the school; nobody is merged by it, nor put in a class."""
    for claim in claims:
        claim.school_confirmed_at = clock.now()
        record("claim.accepted", claim, organization_id=school.id)
    db.session.flush()
    return len(claims)


def reject(claims: Collection[Person], school: Organization) -> int:
    """They are not the school's: its name stays with them as they typed it, and no more."""
    for claim in claims:
        claim.school_id, claim.school_name = None, school.short_name
        db.session.expire(claim, ["school"])
        record("claim.rejected", claim, organization_id=school.id)
    db.session.flush()
    return len(claims)
