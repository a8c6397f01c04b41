"""The database that is measured: many events, one of them popular, one with 1,000 people."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import psycopg
from flask import Flask

from app import create_app
from app.accounts.models import User
from app.attendance.models import Attendance, Method, Presence
from app.base import clock
from app.base.config import database_url
from app.base.db import db, transaction
from app.base.words.text import searchable
from app.events.models import Event, EventStatus, Slot
from app.organizations.models import Membership, Organization, OrganizationKind, Role
from app.people.actions import Details, add_person
from app.registrations.models import Channel, Status
from app.registrations.signing_up.actions import sign_up
from tests.databases import fresh_database

POSTGRESQL = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
EVENTS = 200
PEOPLE = 1000
NAMES = ["Бадмаев", "Очирова", "Манджиев", "Королёва", "Әәдмин", "Лиджиев", "Эрдниева"]


@contextmanager
def database() -> Iterator[str]:
    """PostgreSQL where it answers, else SQLite in a file."""
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=2).close()
    except psycopg.OperationalError:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.sqlite'}"
    else:
        with fresh_database(POSTGRESQL) as url:
            yield database_url(url)


def application(url: str) -> Flask:
    folder = Path(mkdtemp(prefix="orientir-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings: dict[str, object] = {
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {},
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "PAPERS_FOLDER": str(folder / "papers"),
        "FILES_FOLDER": str(folder / "files"),
    }
    return create_app(settings)


def build(app: Flask) -> None:
    """200 open days of 3 slots; «popular» takes 100,000; «full-house» has 1,000 people,
    «small-group» 30."""
    with app.app_context():
        db.create_all()
        with transaction():
            college = Organization(
                kind=OrganizationKind.COLLEGE,
                name="Элистинский политехнический колледж",
                short_name="ЭПТК",
                slug="eptk",
                approved_at=clock.now(),
                signatory_name="О. Б. Манджиева",
                signatory_post="Директор",
            )
            boss = User(email="boss@bench.test", name="Ольга Манджиева")
            db.session.add_all([college, boss])
            db.session.flush()
            db.session.add(Membership(user_id=boss.id, organization_id=college.id, role=Role.ADMIN))
            for number in range(EVENTS):
                add_event(college, f"event-{number}", number, capacity=30)
            add_event(college, "popular", 0, capacity=100_000)
            full = add_event(college, "full-house", 0, capacity=PEOPLE, slots=1)
            for number in range(PEOPLE):
                fill(full.slots[0], number)
            small = add_event(college, "small-group", 1, capacity=30, slots=1)
            for number in range(30):
                fill(small.slots[0], PEOPLE + number)
        db.session.remove()
        with db.engine.connect() as connection:  # as the server does by itself within a minute
            connection.exec_driver_sql("ANALYZE")


def add_event(
    college: Organization, slug: str, number: int, *, capacity: int, slots: int = 3
) -> Event:
    starts_at = clock.now() + timedelta(days=3 + number % 60)
    event = Event(
        organization_id=college.id,
        kind_code="open_day",
        slug=slug,
        title=f"День открытых дверей в политехническом колледже, {number + 1}-я группа",
        summary="Мастерские, встреча с мастерами, ответы на вопросы о поступлении.",
        description="Приходите посмотреть, как учат сварщиков и программистов. " * 14,
        venue="г. Элиста, ул. Ленина, 1",
        audience=["pupil", "parent"],
        grade_from=8,
        grade_to=11,
        status=EventStatus.PUBLISHED,
        published_at=clock.now(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2 * slots),
    )
    event.search_text = searchable(event.title, event.summary, event.venue, college.name)
    for place in range(slots):
        begins = starts_at + timedelta(hours=2 * place)
        event.slots.append(
            Slot(
                title=f"Группа {place + 1}",
                room=f"ауд. {101 + place}",
                starts_at=begins,
                ends_at=begins + timedelta(hours=1),
                capacity=capacity,
            )
        )
    db.session.add(event)
    db.session.flush()
    return event


def fill(slot: Slot, number: int) -> None:
    details = Details(
        NAMES[number % len(NAMES)],
        "Санджи",
        "Эрдниевич" if number % 5 else "",
        birth_date=date(2010, 1, 1) + timedelta(days=number),
        grade=8 + number % 4,
        school=f"СОШ № {1 + number % 23}",
        email=f"pupil{number}@bench.test",
    )
    registration = sign_up(slot, add_person(details), channel=Channel.STAFF)
    registration.status, registration.hold_until = Status.CONFIRMED, None  # the parents agreed
    db.session.add(
        Attendance(registration=registration, presence=Presence.PRESENT, method=Method.LIST)
    )
