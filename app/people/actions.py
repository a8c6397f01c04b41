"""Changing persons."""

from datetime import date
from hashlib import sha256

from app.people.models import Person
from app.text import same_name, searchable, sort_key


def identity_of(last_name: str, first_name: str, patronymic: str, birth_date: date | None) -> str:
    """What tells people apart inside one event: the whole name and the birth date, hashed."""
    name = "|".join(same_name(part) for part in (last_name, first_name, patronymic))
    return sha256(f"{name}|{birth_date or ''}".encode()).hexdigest()


def named(person: Person, last_name: str, first_name: str, patronymic: str) -> Person:
    """Give the person a name, with all that is derived from it. Set the birth date first."""
    person.last_name, person.first_name, person.patronymic = last_name, first_name, patronymic
    person.identity = identity_of(last_name, first_name, patronymic, person.birth_date)
    person.search_name = searchable(last_name, first_name, patronymic)
    person.sort_key = sort_key(last_name, first_name, patronymic)
    return person
