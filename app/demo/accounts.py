"""Accounts to log in to the demo with, one for each role."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.accounts.models import User
from app.accounts.passwords import hash_of
from app.base import clock
from app.base.db import db
from app.organizations.models import Membership, Organization, Role
from app.people.actions import Details, add_person
from app.people.consents.actions import agree
from app.people.models import Category, ConsentChannel, ConsentKind, Person

PASSWORD = "dzhangar-2026"  # noqa: S105 - the demo's, printed in README
COLLEGE, SCHOOL = "ЭПТК", "СОШ № 18 им. Б.Б. Городовикова"


@dataclass(frozen=True)
class Account:
    email: str
    name: str
    organization: str = ""  # short name; «ministry» for the region's authority
    role: Role | None = None


ACCOUNTS = (
    Account("ministry@demo.test", "Саглара Очировна Пюрвеева", "ministry", Role.ADMIN),
    Account("college@demo.test", "Баатр Эрдниевич Мучкаев", COLLEGE, Role.ADMIN),
    Account("school@demo.test", "Кермен Босхомджиева", SCHOOL, Role.ADMIN),
    Account("teacher@demo.test", "Нюдля Саналовна Бадмаева", SCHOOL, Role.TEACHER),
    Account("door@demo.test", "Алдар Сангаджиев", COLLEGE, Role.DOOR),
    Account("expert@demo.test", "Нина Петровна Литвиненко", COLLEGE, Role.EXPERT),
    Account("parent@demo.test", "Байрта Манджиева"),
    Account("pupil@demo.test", "Айса Манджиева"),
)
PEOPLE = {
    "parent@demo.test": Details(
        last_name="Манджиева", first_name="Байрта", patronymic="Санджиевна",
        category=Category.PARENT, email="parent@demo.test",
    ),
    "pupil@demo.test": Details(
        last_name="Манджиева", first_name="Айса", patronymic="Бадмаевна",
        category=Category.PUPIL, grade=9, class_letter="Б", school=SCHOOL,
        email="pupil@demo.test",
    ),
}  # fmt: skip


def addresses() -> list[str]:
    return [account.email for account in ACCOUNTS]


def open_accounts(organizations: dict[str, Organization]) -> dict[str, User]:
    """All accounts by address, their memberships and their own persons."""
    same_for_all = hash_of(PASSWORD)
    users = {}
    for account in ACCOUNTS:
        user = User(
            email=account.email, name=account.name, language="ru",
            password_hash=same_for_all, email_confirmed_at=clock.now(),
        )  # fmt: skip
        db.session.add(user)
        if account.role:
            organization = organizations[account.organization]
            db.session.add(Membership(user=user, organization=organization, role=account.role))
        users[account.email] = user
    db.session.flush()
    for email, details in PEOPLE.items():
        introduce(details, users[email])
    return users


def introduce(details: Details, user: User) -> None:
    """The account's own person. A ninth-grader is fifteen or turns so this school year."""
    if details.grade:
        born = date(clock.school_year(clock.today()) - details.grade + 1 - 7, 3, 14)
        details = Details(**{**vars(details), "birth_date": born})
    person = add_person(details, user=user)
    own, guardians = ConsentChannel.OWN_ACCOUNT, ConsentChannel.GUARDIAN_ACCOUNT
    for kind in ConsentKind:
        agree(person, kind, channel=guardians if person.is_minor else own)


def person_behind(user: User) -> Person:
    return db.session.scalars(sa.select(Person).filter_by(user_id=user.id)).one()
