"""Changing persons, and writing down what they agreed to."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db, insert_unless_there
from app.people.models import Category, Consent, ConsentKind, ConsentText, Person
from app.people.queries import current_text_id, find_school, shipped_words
from app.text import same_name, searchable, sort_key


@dataclass(frozen=True)
class Details:
    """What somebody tells about the one who takes part. ``grade`` (1–11) for pupils."""

    last_name: str
    first_name: str
    patronymic: str = ""
    birth_date: date | None = None
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
        return sha256(f"{name}|{self.birth_date or self.email.lower()}".encode()).hexdigest()

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
    values = {
        column.key: getattr(fresh, column.key)
        for column in sa.inspect(Person).column_attrs
        if column.key not in ("id", "created_at", "user_id")
    }
    values["created_at"] = clock.now()
    if new := insert_unless_there(Person, values, unique=[Person.guest_key]):
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


def agree(person: Person, kind: ConsentKind, *, channel: str) -> Consent:
    """Write down that the person (or who answers for them) agreed to the text in force."""
    text_id = current_text_id(kind) or first_version(kind).id
    consent = Consent(person_id=person.id, text_id=text_id, channel=channel)
    db.session.add(consent)
    return consent


def first_version(kind: ConsentKind) -> ConsentText:
    """The text that comes with the product, as version 1; made once, whoever comes first."""
    body = shipped_words(kind)
    new = insert_unless_there(
        ConsentText,
        {
            "kind": kind,
            "version": 1,
            "body": body,
            "sha256": sha256(body.encode()).hexdigest(),
            "created_at": clock.now(),
        },
        unique=[ConsentText.kind, ConsentText.version],
    )
    return new or db.session.scalars(sa.select(ConsentText).filter_by(kind=kind, version=1)).one()
