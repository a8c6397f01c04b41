"""A class of 25 with two adults, signed up through the page: time and queries."""

import time
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.accounts.models import User
from app.base import clock
from app.base.db import db, transaction
from app.events.models import Event
from app.organizations.models import Membership, Organization, OrganizationKind, Role
from app.people.actions import Details, described
from app.people.classes.actions import put_in_class
from app.people.models import Guardianship, Person, SchoolClass
from bench.report import say
from bench.scene import add_event
from tests.browser import Browser, counted_queries

PUPILS, ADULTS, TIMES = 25, 2, 5
LETTERS = "абвгдежзиклмнопрстуфхцчшщ"


def measure(app: Flask) -> None:
    """Prints the figures; each class is new, none of its pupils has a consent, so that a
    guardian is asked for each of them: the longest way."""
    print(f"A class of {PUPILS} and {ADULTS} adults signed up at once")
    with app.app_context():
        with transaction():
            event, teacher, classes = build()
        with transaction():
            browser = Browser(app.test_client()).log_in(teacher)
        forms = [form_of(event, class_) for class_ in classes]
        slug = event.slug
        db.session.remove()
    took, numbers = [], []
    for form in forms:
        with counted_queries(app) as queries:
            begun = time.perf_counter()
            answer = browser.client.post(f"/events/{slug}/group", data=form)
            took.append(time.perf_counter() - begun)
        assert answer.status_code == 303, f"{answer.status_code} after the post"
        numbers.append(len(queries))
    middle = sorted(took)[len(took) // 2]
    say("the post, the first one warms up", f"{1000 * middle:.0f} ms", "≤ 300 ms")
    say("database queries of it", str(max(numbers)), "≤ 60")


def build() -> tuple[Event, User, list[SchoolClass]]:
    """A school with a teacher and as many classes as measurements."""
    school = Organization(
        kind=OrganizationKind.SCHOOL, name="Школа для измерений", short_name="СОШ № 99",
        slug="bench-school", approved_at=clock.now(),
    )  # fmt: skip
    teacher = User(email="class-teacher@bench.test", name="Анна Лиджиева")
    db.session.add_all([school, teacher])
    db.session.flush()
    role = Membership(user_id=teacher.id, organization_id=school.id, role=Role.ORGANIZER)
    db.session.add(role)
    event = add_event(school, "for-classes", 0, capacity=TIMES * 30, slots=1)
    event.audience = ["pupil"]
    first_year = clock.school_year(clock.today()) - 8
    classes = [
        SchoolClass(school_id=school.id, first_year=first_year, letter=letter)
        for letter in LETTERS[:TIMES].upper()
    ]
    db.session.add_all(classes)
    db.session.flush()
    for class_ in classes:
        for number in range(PUPILS):
            pupil = pupil_of(class_, school, number)
            address = f"parent{class_.id}-{number}@bench.test"
            db.session.add(Guardianship(child=pupil, name="Мама", email=address))
    db.session.flush()
    return event, teacher, classes


def pupil_of(class_: SchoolClass, school: Organization, number: int) -> Person:
    details = Details(
        f"Очир{LETTERS[number]}ев", "Санджи", "Эрдниевич", grade=9, class_letter=class_.letter,
        birth_date=date(2011, 1, 1) + timedelta(days=30 * class_.id + number),
    )  # fmt: skip
    pupil = described(Person(), details)
    put_in_class(pupil, class_)
    db.session.add(pupil)
    return pupil


def form_of(event: Event, class_: SchoolClass) -> MultiDict[str, str]:
    pupils = db.session.scalars(sa.select(Person.id).filter_by(class_id=class_.id))
    return MultiDict(
        [
            ("class", str(class_.id)),
            ("slot", str(event.slots[0].id)),
            *(("ids", str(id_)) for id_ in pupils),
            ("adult_1", "Лиджиева Анна"),
            ("phone_1", "+79611234567"),
            ("adult_2", "Манджиев Олег"),
        ]
    )
