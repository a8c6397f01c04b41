"""The demo's school: classes from lists as schools send them, a teacher, a mother of three."""

from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.config import ROOT
from app.base.db import db
from app.events.models import Slot
from app.organizations.models import Organization
from app.people.actions import Details, add_person
from app.people.class_lists.sheets.files import read_tables
from app.people.class_lists.sheets.interpret import ListRow, interpret
from app.people.classes.actions import class_of, first_year_of, put_in_class
from app.people.consents.actions import Giver, agree
from app.people.models import Category, ConsentChannel, ConsentKind, Guardianship, Person
from app.registrations.groups.actions import sign_up_class

LISTS = ROOT / "data" / "class_lists"
FILES = ("9a_simple.xlsx", "8b_with_titles.xlsx", "10a_excel_export_cp1251.csv")
AGREED = 0.8  # parents who signed the paper in September
CHILDREN = (  # of parent@demo.test, beside her daughter with an account
    ("Баир", "Бадмаевич", 6, "А"),
    ("Саглара", "Бадмаевна", 3, "В"),
)


def fill_school(school: Organization, users: dict[str, User], pupil: Person, rng: Random) -> None:
    """Three classes of pupils, the account's pupil in 9Б, and the family around her."""
    for name in FILES:
        content = (LISTS / name).read_bytes()
        for row in interpret(read_tables(content, name), today=clock.today()).rows:
            if not row.refusal:
                keep(school, row, rng)
    db.session.flush()
    class_of(school, first_year_of(9), "А").teacher = users["teacher@demo.test"]
    put_in_class(pupil, class_of(school, first_year_of(9), "Б"))
    make_family(school, users["parent@demo.test"], pupil)


def keep(school: Organization, row: ListRow, rng: Random) -> None:
    """A pupil of the list in their class, with the guardians that stand there."""
    pupil = add_person(
        Details(
            row.last_name, row.first_name, row.patronymic,
            birth_date=row.birth_date, birth_year=row.birth_year, category=Category.PUPIL,
            grade=row.grade, class_letter=row.letter, school=school.short_name,
        )
    )  # fmt: skip
    put_in_class(pupil, class_of(school, first_year_of(row.grade or 9), row.letter))
    for guardian in row.guardians:
        db.session.add(Guardianship(child=pupil, name=guardian.name, phone=guardian.phone))
    if rng.random() < AGREED:
        for kind in ConsentKind if rng.random() < AGREED else (ConsentKind.PERSONAL_DATA,):
            agree(
                pupil,
                kind,
                channel=ConsentChannel.PAPER,
                paper_number=str(pupil.id),
                paper_date=date(clock.school_year(clock.today()), 9, 5),
            )


def make_family(school: Organization, mother: User, eldest: Person) -> None:
    children = [eldest]
    for first_name, patronymic, grade, letter in CHILDREN:
        born = date(clock.school_year(clock.today()) - grade + 1 - 7, 4, 20)
        child = add_person(
            Details(
                "Манджиев" if patronymic.endswith("ич") else "Манджиева", first_name, patronymic,
                birth_date=born, category=Category.PUPIL, grade=grade, class_letter=letter,
                school=school.short_name,
            )
        )  # fmt: skip
        by = Giver(mother)
        channel = ConsentChannel.GUARDIAN_ACCOUNT
        agree(child, ConsentKind.PERSONAL_DATA, channel=channel, by=by)
        children.append(child)
    for child in children:
        db.session.add(Guardianship(child=child, user=mother, name=mother.name))
    db.session.flush()


def bring_a_class(slot: Slot, school: Organization, teacher: User) -> None:
    """9А on an excursion, with two adults."""
    class_ = class_of(school, first_year_of(9), "А")
    query = sa.select(Person).filter_by(class_id=class_.id).order_by(Person.sort_key)
    pupils = db.session.scalars(query).all()
    sign_up_class(
        slot,
        school,
        class_.title,
        pupils,
        companions=[
            {"name": "Бадмаева Нюдля Саналовна", "phone": "+7 961 000-10-10"},
            {"name": "Очиров Бата Сергеевич", "phone": ""},
        ],
        wishes="Можно ли начать на десять минут позже? Автобус в 9:40.",
        rest="waitlist",
        by=teacher,
    )


def coming_with_room(slots: list[Slot]) -> Slot | None:
    """The first of these that is still far enough and has the most seats left."""
    coming = [slot for slot in slots if slot.starts_at > clock.now() + timedelta(days=2)]
    return max(coming, key=lambda slot: slot.seats_left, default=None)
