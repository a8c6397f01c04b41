"""Numbers run without gaps and doubles, however many desks issue at once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.config import ROOT, database_url
from app.db import db, transaction
from app.documents import issuing
from app.documents.models import Certificate, CertificateBook
from app.events.models import Event
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.documents.people import came
from tests.factories import make_event, make_organization
from tests.load.rush import application

pytestmark = pytest.mark.slow
DESKS = 6
PEOPLE = 60


@pytest.fixture
def events(tmp_path: Path) -> Iterator[tuple[Flask, str, list[int]]]:
    """Two events of one organization, in a database that processes can share."""
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'race.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                organization = make_organization()
                both = [make_event(organization=organization, in_days_=-1) for _ in range(2)]
                for event in both:
                    for _ in range(PEOPLE):
                        came(event.slots[0])
                ids = [event.id for event in both]
            db.session.remove()
            yield app, shared, ids
            db.session.remove()
            db.engine.dispose()


def let_desks_issue(url: str, ids: list[int], *how: str) -> int:
    """How many attempts failed."""
    command = [sys.executable, "-m", "tests.documents.race", url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    desks = [
        subprocess.Popen([*command, str(ids[number % 2]), *how], cwd=ROOT, env=environment)
        for number in range(DESKS)
    ]
    return sum(desk.wait(timeout=180) for desk in desks)


def test_numbers_run_without_gaps(events: tuple[Flask, str, list[int]]) -> None:
    _app, url, ids = events
    assert let_desks_issue(url, ids) == 0
    numbers = db.session.scalars(sa.select(Certificate.number).order_by(Certificate.number)).all()
    assert numbers == list(range(1, 2 * PEOPLE + 1))
    assert db.session.scalar(sa.select(CertificateBook.last_number)) == 2 * PEOPLE
    holders = db.session.scalars(sa.select(Certificate.registration_id)).all()
    assert len(set(holders)) == 2 * PEOPLE


@pytest.mark.skipif(not POSTGRESQL, reason="on SQLite writers queue up before they look")
def test_without_the_guard_desks_collide(events: tuple[Flask, str, list[int]]) -> None:
    """The control: this test shows that the one above is able to fail."""
    _app, url, ids = events
    with transaction():
        book = sa.select(sa.func.min(CertificateBook.id))
        assert db.session.scalar(book) is None
        event = db.session.get_one(Event, ids[0])
        issuing.hold_book(event.organization, clock.today().year)
    db.session.remove()
    assert let_desks_issue(url, ids, "naive") > 0
