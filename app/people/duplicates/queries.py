"""Persons of a school who may be one and the same: offered for merging, never merged silently."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.words.text import same_name
from app.organizations.models import Organization
from app.people.duplicates.models import Merge, NotTheSame
from app.people.models import Person

MOST_RECENT = 10


class Known(NamedTuple):
    """What tells a person of the school from another."""

    id: int
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    birth_year: int | None
    first_year: int | None
    class_letter: str
    class_id: int | None
    user_id: int | None

    @property
    def year(self) -> int | None:
        return self.birth_date.year if self.birth_date else self.birth_year


KNOWN = [getattr(Person, name) for name in Known._fields]


@dataclass(frozen=True)
class Pair:
    """Two who may be one: ``kept`` is the one whom the school knows better."""

    kept: Person
    other: Person

    @property
    def people(self) -> tuple[Person, Person]:
        return self.kept, self.other

    @property
    def are_spelt_alike(self) -> bool:
        return self.kept.full_name == self.other.full_name


def possible_duplicates(school: Organization) -> list[tuple[int, int]]:
    """The pairs of this school, by name: (whom to keep, the other). Two queries, however many."""
    query = (
        sa.select(*KNOWN)
        .where(
            Person.belongs_to_school(school.id),
            Person.merged_into_id.is_(None),
            Person.anonymized_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    namesakes: dict[str, list[Known]] = defaultdict(list)
    for row in db.session.execute(query):
        known = Known._make(row)
        namesakes[same_name(known.last_name, known.first_name)].append(known)
    pairs = [pair for group in namesakes.values() for pair in alike(group)]
    apart = told_apart({one.id for pair in pairs for one in pair})
    return [(kept.id, other.id) for kept, other in pairs if ordered(kept.id, other.id) not in apart]


def alike(namesakes: list[Known]) -> Iterator[tuple[Known, Known]]:
    for one, another in combinations(namesakes, 2):
        if may_be_one(one, another):
            kept, other = sorted((one, another), key=worth_keeping)
            yield kept, other


def may_be_one(one: Known, another: Known) -> bool:
    """The names are the same. So must be the patronymic, unless it is missing, and the birth
    date; where only a year or nothing is known, the class decides."""
    first, second = same_name(one.patronymic), same_name(another.patronymic)
    if first and second and first != second:
        return False
    if one.birth_date and another.birth_date:
        return one.birth_date == another.birth_date
    if one.year and another.year and one.year != another.year:
        return False
    if one.first_year != another.first_year or one.first_year is None:
        return False
    letters = {one.class_letter, another.class_letter} - {""}
    return len(letters) <= 1


def worth_keeping(person: Known) -> tuple[bool, bool, int]:
    """Who stands in a class first, then who has an account, then the one known longest."""
    return person.class_id is None, person.user_id is None, person.id


def ordered(one: int, another: int) -> tuple[int, int]:
    return min(one, another), max(one, another)


def told_apart(ids: Iterable[int]) -> set[tuple[int, int]]:
    """Of these, who are known to be different people."""
    query = sa.select(NotTheSame.first_id, NotTheSame.second_id)
    query = query.where(NotTheSame.first_id.in_(list(ids)))
    return {(first, second) for first, second in db.session.execute(query)}


def with_persons(pairs: Iterable[tuple[int, int]]) -> list[Pair]:
    """The pairs with all that is known of them: one query."""
    pairs = list(pairs)
    query = (
        sa.select(Person)
        .where(Person.id.in_({id_ for pair in pairs for id_ in pair}))
        .options(joinedload(Person.school_class), joinedload(Person.school))
    )
    found = {person.id: person for person in db.session.scalars(query)}
    return [Pair(found[kept], found[other]) for kept, other in pairs]


def tell_apart(pair: Pair, *, by: User) -> None:
    """Remember that they are different people."""
    first, second = ordered(pair.kept.id, pair.other.id)
    values = {"first_id": first, "second_id": second, "said_by_id": by.id, "said_at": clock.now()}
    insert_unless_there(NotTheSame, values, unique=[NotTheSame.first_id, NotTheSame.second_id])
    record("persons.told_apart", pair.kept, organization_id=pair.kept.own_school_id, other=second)


def recent_merges(school: Organization) -> list[Merge]:
    """The school's latest merges that stand, the last first."""
    query = (
        sa.select(Merge)
        .join(Merge.kept)
        .where(Person.belongs_to_school(school.id), Merge.undone_at.is_(None))
        .options(joinedload(Merge.kept), joinedload(Merge.other), joinedload(Merge.made_by))
        .order_by(Merge.made_at.desc(), Merge.id.desc())
        .limit(MOST_RECENT)
    )
    return list(db.session.scalars(query))


def merge_of(school: Organization, id_: int) -> Merge | None:
    query = sa.select(Merge).join(Merge.kept)
    query = query.where(Merge.id == id_, Person.belongs_to_school(school.id))
    return db.session.scalar(query)
