"""Changing persons: what they, or others for them, tell about themselves."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.words.text import same_name, searchable, sort_key
from app.people.models import Category, Person, is_minor
from app.people.queries import find_school

TOLD = (
    *("last_name", "first_name", "patronymic", "birth_date", "birth_year", "category"),
    *("school_id", "school_name", "school_confirmed_at", "first_year", "class_letter"),
    *("phone", "email"),
    *("guest_key", "identity", "search_name", "sort_key"),
)  # columns that follow from what a guest tells

# What a school says of those it keeps in a class: neither they nor a guardian change it.
OF_THE_SCHOOL = (
    *("category", "school_id", "school_name", "school_confirmed_at"),
    *("first_year", "class_letter"),
)


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
    parents_email: str = ""  # the only address of a guest aged 14–17

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
        """The same name, birth date and e-mail (or a parent's) are the same guest. Without an
        address in it, whoever knows a child's birth date would share what the parent agreed to."""
        address = self.email or (self.parents_email and f"parent|{self.parents_email}")
        return sha256(f"{self.identity}|{address.lower()}".encode()).hexdigest()


def described(person: Person, details: Details, *, says_school: bool = False) -> Person:
    """Put the details into the person, with everything that is derived from them.

    ``says_school``: whoever tells this may say where they belong (a guardian, or the adult
    themself, logged in). Else a school that was not theirs before is only a claim.
    """
    school = find_school(details.school)
    belonged = school is not None and person.belongs_to_school(school.id)
    person.last_name = details.last_name
    person.first_name = details.first_name
    person.patronymic = details.patronymic
    person.birth_date = details.birth_date
    person.birth_year = None if details.birth_date else details.birth_year
    person.category = details.category
    person.school_id = school.id if school else None
    person.school_name = "" if school else details.school
    if not belonged:
        person.school_confirmed_at = clock.now() if school and says_school else None
    person.first_year = (
        clock.school_year(clock.today()) - details.grade + 1 if details.grade else None
    )
    person.class_letter = details.class_letter
    person.phone, person.email = details.phone, details.email
    return described_again(person)


def described_again(person: Person) -> Person:
    """Put right what is derived from the name, the birth date and the e-mail."""
    name = (person.last_name, person.first_name, person.patronymic)
    person.identity = Details(
        *name, birth_date=person.birth_date, birth_year=person.birth_year, email=person.email
    ).identity
    person.search_name, person.sort_key = searchable(*name), sort_key(*name)
    return person


def retold(person: Person, details: Details, *, says_school: bool) -> None:
    """Described anew by themselves or a guardian: whoever stands in a class stays there, and
    their school, year and letter with it."""
    kept = {name: getattr(person, name) for name in OF_THE_SCHOOL} if person.class_id else {}
    described(person, details, says_school=says_school)
    for name, value in kept.items():
        setattr(person, name, value)


def guest_person(details: Details) -> Person:
    """The guest with these details: the one known from before (or whom they were merged
    into), or a new one.

    However fast the form is sent twice, the database keeps one row (``guest_key``).
    """
    fresh = described(Person(guest_key=details.guest_key), details)
    values = {column: getattr(fresh, column) for column in TOLD}
    values["created_at"] = clock.now()
    if new := insert_unless_there(Person, values, unique=[Person.guest_key]):
        new.is_newcomer = True
        return new
    known = db.session.scalars(sa.select(Person).filter_by(guest_key=details.guest_key)).one()
    return db.session.get_one(Person, known.merged_into_id or known.id)


def add_person(details: Details, *, user: User | None = None, says_school: bool = False) -> Person:
    """A new person: an account's own, a guardian's child (``says_school``), or one whom staff
    write down by hand. An adult's account says itself where they belong; a minor's does not."""
    person = Person(user_id=user.id if user else None)
    described(person, details, says_school=says_school)
    if user and person.school_id and not person.is_minor:
        person.school_confirmed_at = clock.now()
    db.session.add(person)
    db.session.flush()
    return person


def correct(person: Person, details: Details) -> None:
    """Put right what the person's own account says about them; a guest's key stays as it
    was, so that the same guest is still recognised."""
    told = replace(details, class_letter=person.class_letter, email=person.email)
    born = (details.category, details.birth_date, details.birth_year)
    retold(person, told, says_school=not is_minor(*born))
    db.session.flush()
