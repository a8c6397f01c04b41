"""A school's classes: made, given a teacher, filled with pupils."""

import sqlalchemy as sa

from app import clock
from app.db import db, insert_unless_there
from app.organizations.models import Organization
from app.people.models import Person, SchoolClass


def first_year_of(grade: int) -> int:
    """The year of grade 1 of those who are in this grade now."""
    return clock.school_year(clock.today()) - grade + 1


def class_of(school: Organization, first_year: int, letter: str) -> SchoolClass:
    """The school's class of this year and letter: found, or made, however many come at once."""
    return found_class(school, first_year, letter) or (
        new_class(school, first_year, letter)
        or db.session.scalars(called(school, first_year, letter)).one()
    )


def found_class(school: Organization, first_year: int, letter: str) -> SchoolClass | None:
    return db.session.scalar(called(school, first_year, letter))


def called(school: Organization, first_year: int, letter: str) -> sa.Select[SchoolClass]:
    return sa.select(SchoolClass).filter_by(
        school_id=school.id, first_year=first_year, letter=letter
    )


def new_class(school: Organization, first_year: int, letter: str) -> SchoolClass | None:
    """None: the school has it already."""
    values = {
        "school_id": school.id,
        "first_year": first_year,
        "letter": letter,
        "created_at": clock.now(),
    }
    unique = [SchoolClass.school_id, SchoolClass.first_year, SchoolClass.letter]
    return insert_unless_there(SchoolClass, values, unique=unique)


def put_in_class(person: Person, class_: SchoolClass) -> None:
    """The school keeps the person in this class; its own school, year and letter hold.
    Asks the database nothing: good for thousands in a row."""
    person.school_class, person.class_id = class_, class_.id
    person.school_id, person.school_name = class_.school_id, ""
    person.first_year, person.class_letter = class_.first_year, class_.letter
