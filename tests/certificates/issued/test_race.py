"""Numbers run without gaps and doubles, however many desks issue at once, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.config import ROOT, database_url
from app.base.db import db, transaction
from app.certificates.batches import files as batch_files
from app.certificates.issued import numbers as issuing
from app.certificates.issued.batch_models import BatchItem, BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate, CertificateBook
from app.events.models import Event
from app.files import stored as files
from tests.certificates.batches.making import begin
from tests.certificates.issued.race import CHUNK, NAIVE_DESKS, NEVER_MET
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_event, make_organization
from tests.load.gate import FOLDER
from tests.load.rush import application
from tests.papers.people import came, pages

pytestmark = pytest.mark.slow
DESKS = 8
PEOPLE = 40


@pytest.fixture
def events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, str, list[int]]]:
    """Two events of one organization, in a database that processes can share."""
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path / "files"))
    monkeypatch.setenv("PAPERS_FOLDER", str(tmp_path / "papers"))
    monkeypatch.setenv(FOLDER, str(tmp_path))
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


def start(url: str, event_id: int, how: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.certificates.issued.race", url, str(event_id), how]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def let_desks_issue(url: str, ids: list[int], how: str, *, number: int = DESKS) -> int:
    """How many attempts failed."""
    desks = [start(url, ids[desk % 2], how) for desk in range(number)]
    failed = [desk.wait(timeout=180) for desk in desks]
    assert NEVER_MET not in failed
    return sum(failed)


def issued_numbers() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Certificate.number).order_by(Certificate.number)))


def test_numbers_run_without_gaps(events: tuple[Flask, str, list[int]]) -> None:
    """Batches and single papers, mixed."""
    _app, url, ids = events
    assert let_desks_issue(url, ids, "desk") == 0
    assert issued_numbers() == list(range(1, 2 * PEOPLE + 1))
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
    assert let_desks_issue(url, ids, "naive", number=NAIVE_DESKS) > 0


def test_a_worker_killed_at_half_leaves_no_gap_and_no_double(
    events: tuple[Flask, str, list[int]],
) -> None:
    app, url, ids = events
    with transaction():
        event = db.session.get_one(Event, ids[0])
        batch_id = begin(event).id
    worker = start(url, 0, "worker")
    deadline = time.monotonic() + 60
    while now(batch_id).done < PEOPLE // 2:
        assert time.monotonic() < deadline, "the worker never came to the half"
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    left = now(batch_id)
    assert PEOPLE // 2 <= left.done < PEOPLE
    assert left.done % CHUNK == 0
    assert left.status is BatchStatus.RUNNING
    assert issued_numbers() == list(range(1, left.done + 1))
    assert start(url, 0, "worker").wait(timeout=60) == 0
    assert now(batch_id).done == left.done  # it is still claimed
    with transaction():
        left = db.session.get_one(PaperBatch, batch_id)
        left.claimed_until = clock.now() - timedelta(seconds=1)
    assert start(url, 0, "worker").wait(timeout=120) == 0
    batch = now(batch_id)
    assert (batch.status, batch.done) == (BatchStatus.DONE, PEOPLE)
    assert issued_numbers() == list(range(1, PEOPLE + 1))
    assert db.session.scalars(sa.select(BatchItem)).all() == []
    texts = pages(files.path(batch_files.finished(batch)).read_bytes())
    assert len(texts) == PEOPLE
    year = clock.today().year
    assert all(f"№ {number}/{year}" in text for number, text in enumerate(texts, start=1))
    assert files.names("batch-") == [batch_files.finished(batch)]


def now(batch_id: int) -> PaperBatch:
    """As it stands in the database."""
    db.session.rollback()
    return db.session.get_one(PaperBatch, batch_id, populate_existing=True)
