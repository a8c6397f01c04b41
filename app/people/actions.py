"""Changing persons: what they, or others for them, tell about themselves."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db, insert_unless_there
from app.people.models import Category, Person
from app.people.queries import find_school
from app.text import same_name, searchable, sort_key

TOLD = (
    *("last_name", "first_name", "patronymic", "birth_date", "birth_year", "category"),
    *("school_id", "school_name", "first_year", "class_letter", "phone", "email"),
    *("guest_key", "identity", "search_name", "sort_key"),
)  # columns that follow from what a guest tells


@dataclass(frozen=True)
class Details:
    """What somebody tells about the one who takes part. ``grade`` (1–11) for pupils."""

    last_name: str
    first_name: str
    patronymic: str = ""
    birth_date: date | None = None
    birth_year: int | None = None  # where nobody tells more
    category: Category = Category.PUPIL
    grade: int | None = None
    class_letter: str = ""
    school: str = ""
    phone: str = ""
    email: str = ""

    @property
    def identity(self) -> str:
        """What tells people apart inside one event: the whole name and the birth date
        (or, for adults who do not give it, the e-mail), hashed."""
        name = "|".join(
            same_name(part) for part in (self.last_name, self.first_name, self.patronymic)
        )
        born = self.birth_date or self.birth_year or self.email.lower()
        return sha256(f"{name}|{born}".encode()).hexdigest()

    @property
    def guest_key(self) -> str:
        """The same name, birth date and e-mail are the same guest."""
        return sha256(f"{self.identity}|{self.email.lower()}".encode()).hexdigest()


def described(person: Person, details: Details) -> Person:
    """Put the details into the person, with everything that is derived from them."""
    school = find_school(details.school)
    person.last_name = details.last_name
    person.first_name = details.first_name
    person.patronymic = details.patronymic
    person.birth_date = details.birth_date
    person.birth_year = None if details.birth_date else details.birth_year
    person.category = details.category
    person.school_id = school.id if school else None
    person.school_name = "" if school else details.school
    person.first_year = (
        clock.school_year(clock.today()) - details.grade + 1 if details.grade else None
    )
    person.class_letter = details.class_letter
    person.phone, person.email = details.phone, details.email
    person.identity = details.identity
    person.search_name = searchable(details.last_name, details.first_name, details.patronymic)
    person.sort_key = sort_key(details.last_name, details.first_name, details.patronymic)
    return person


def guest_person(details: Details) -> Person:
    """The guest with these details: the one known from before, or a new one.

    However fast the form is sent twice, the database keeps one row (``guest_key``).
    """
    fresh = described(Person(guest_key=details.guest_key), details)
    values = {column: getattr(fresh, column) for column in TOLD}
    values["created_at"] = clock.now()
    if new := insert_unless_there(Person, values, unique=[Person.guest_key]):
        new.is_newcomer = True
        return new
    return db.session.scalars(sa.select(Person).filter_by(guest_key=details.guest_key)).one()


def add_person(details: Details, *, user: User | None = None) -> Person:
    """A new person: an account's own, or one whom staff write down by hand."""
    person = described(Person(user_id=user.id if user else None), details)
    db.session.add(person)
    db.session.flush()
    return person


def correct(person: Person, details: Details) -> None:
    """Put right what the person's own account says about them; a guest's key stays as it
    was, so that the same guest is still recognised."""
    described(person, replace(details, class_letter=person.class_letter, email=person.email))
    db.session.flush()
