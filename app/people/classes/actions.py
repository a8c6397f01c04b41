"""A school's classes: made, given a teacher, filled with pupils."""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import db, hold_row, insert_unless_there
from app.base.rules import RuleBroken
from app.organizations.models import Organization, Role
from app.organizations.queries import members_of
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
    if not person.belongs_to_school(class_.school_id):
        person.school_confirmed_at = clock.now()
    person.school_class, person.class_id = class_, class_.id
    person.school_id, person.school_name = class_.school_id, ""
    person.first_year, person.class_letter = class_.first_year, class_.letter


def add_class(school: Organization, *, grade: int, letter: str) -> SchoolClass:
    """A new class of this school year. The same one twice is refused."""
    class_ = new_class(school, first_year_of(grade), letter)
    if class_ is None:
        raise RuleBroken(
            _(
                "Your school has %(title)s already. Open it in the list of classes.",
                title=f"{grade}{letter}",
            )
        )
    record("class.added", class_, organization_id=school.id)
    return class_


def give_to(class_: SchoolClass, teacher: User | None) -> None:
    """Say who is the class's teacher; None: nobody for now."""
    if teacher and teacher not in members_of(class_.school, Role.TEACHER):
        raise RuleBroken(_("Choose one of your school’s teachers."))
    class_.teacher = teacher
    db.session.flush()
    record(
        "class.teacher_set",
        class_,
        organization_id=class_.school_id,
        teacher_id=teacher.id if teacher else None,
    )


def take(class_: SchoolClass, teacher: User) -> None:
    """A teacher takes a class that has none; of two at once one gets it."""
    hold_row(class_, "teacher_id")
    if class_.teacher_id not in (None, teacher.id):
        raise RuleBroken(_("Another teacher has just taken this class."))
    give_to(class_, teacher)
