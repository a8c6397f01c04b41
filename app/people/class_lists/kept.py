"""What a school keeps of its pupils, read at once for comparing a list with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.base.db import db
from app.organizations.models import Membership, Organization, Role
from app.people.class_lists.models import ImportedRow, ImportState, ListImport, Outcome
from app.people.models import Guardianship, Person, SchoolClass

Facts = dict[str, Any]  # a row as it is kept: see list_reading.facts
ClassKey = tuple[int, str]  # the year of grade 1, the letter


@dataclass
class Card:
    """A guardian as the school wrote them down, or with an account."""

    id: int
    name: str
    phone: str
    email: str
    has_account: bool


@dataclass
class Kept:
    """A pupil of the school; without ``id``: one of the same list, in this row."""

    id: int | None
    row: str
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    birth_year: int | None
    phone: str
    email: str
    class_key: ClassKey | None
    has_account: bool = False
    cards: list[Card] = field(default_factory=list)

    @classmethod
    def of_list(cls, row: str) -> "Kept":
        """A new pupil, until the list is loaded: who comes again is refused."""
        return cls(None, row, "", "", "", None, None, "", "", None)

    @property
    def year(self) -> int | None:
        return self.birth_date.year if self.birth_date else self.birth_year


def classes_of(school_id: int) -> list[SchoolClass]:
    return list(db.session.scalars(sa.select(SchoolClass).filter_by(school_id=school_id)))


def closed_to(
    user: User | None, school: Organization, classes: dict[ClassKey, SchoolClass]
) -> set[ClassKey | None]:
    """Classes of other teachers, unless the user coordinates the school."""
    coordinates = sa.select(Membership.id).where(
        Membership.organization_id == school.id,
        Membership.user_id == (user.id if user else None),
        Membership.role.in_([Role.ADMIN, Role.ORGANIZER]),
    )
    if db.session.scalar(coordinates.limit(1)):
        return set()
    own = (None, user.id if user else None)
    return {key for key, class_ in classes.items() if class_.teacher_id not in own}


def kept_by(school_id: int, classes: Iterable[SchoolClass]) -> list[Kept]:
    """The pupils in the school's classes, or of its earlier lists, and the guardians of each.
    Guests and accounts that only name the school are not its own: a coordinator may merge them."""
    keys = {one.id: (one.first_year, one.letter) for one in classes}
    left = sa.and_(  # its class; still the school's own
        Person.class_id.is_(None),
        Person.belongs_to_school(school_id),
        Person.id.in_(listed_before(school_id).with_only_columns(ImportedRow.person_id)),
    )
    own = (
        sa.or_(SchoolClass.school_id == school_id, left),
        Person.merged_into_id.is_(None),
        Person.anonymized_at.is_(None),
    )
    persons = (
        sa.select(
            *(Person.id, Person.last_name, Person.first_name, Person.patronymic),
            *(Person.birth_date, Person.birth_year, Person.phone, Person.email),
            *(Person.class_id, Person.user_id),
        )
        .outerjoin(Person.school_class)
        .where(*own)
        .order_by(Person.id)
    )
    found = {
        one.id: Kept(
            one.id,
            "",
            one.last_name,
            one.first_name,
            one.patronymic,
            one.birth_date,
            one.birth_year,
            one.phone,
            one.email,
            keys.get(one.class_id or 0),
            one.user_id is not None,
        )
        for one in db.session.execute(persons)
    }
    cards = (
        sa.select(
            *(Guardianship.child_id, Guardianship.id, Guardianship.name, User.name),
            *(Guardianship.phone, Guardianship.email, User.email, Guardianship.user_id),
        )
        .join(Guardianship.child)
        .outerjoin(Person.school_class)
        .outerjoin(Guardianship.user)
        .where(*own)
        .order_by(Guardianship.id)
    )
    for child, id_, name, own_name, phone, email, own_email, account in db.session.execute(cards):
        card = Card(id_, name or own_name or "", phone, own_email or email, account is not None)
        found[child].cards.append(card)
    return list(found.values())


def listed_before(school_id: int) -> sa.Select[Any]:
    """Rows of the school's earlier lists, while they are remembered."""
    return (
        sa.select(ImportedRow.person_id, ImportedRow.facts)
        .join(ListImport, ListImport.id == ImportedRow.import_id)
        .where(
            ListImport.school_id == school_id,
            ListImport.state == ImportState.DONE,
            ImportedRow.person_id.is_not(None),
            sa.or_(ImportedRow.is_done, ImportedRow.outcome == Outcome.SAME),
        )
    )


def earlier_facts(school: Organization) -> dict[int, Facts]:
    """What the lists before said last about each pupil."""
    found: dict[int, Facts] = {}
    for id_, facts in db.session.execute(listed_before(school.id).order_by(ImportedRow.id)):
        before = found.get(id_, {})
        guardians = [*before.get("guardians", []), *facts["guardians"]]
        told = {name: value for name, value in facts.items() if value or name not in before}
        found[id_] = {**before, **told, "guardians": guardians}
    return found
