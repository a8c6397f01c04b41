"""Several desks issue certificates at once, and a worker that gets killed; run by test_race.py.

``python -m tests.certificates.issued.race DATABASE_URL EVENT_ID desk`` is one desk. With ``naive``,
numbers are given without holding the book: the control. With ``worker`` it makes the batches
that wait, a few papers at a time.
"""

import os
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from typing import Any

os.environ.setdefault("QUEUE_IN_MEMORY", "1")

import pikepdf
import sqlalchemy as sa

from app.base.db import db, transaction
from app.certificates.batches import actions as batches
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.design.looks import STANDARD
from app.certificates.issued import actions
from app.certificates.issued import numbers as issuing
from app.certificates.issued.models import Certificate, CertificateBook
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.events.models import Event
from app.organizations.models import Organization
from app.registrations.models import Registration
from tests.load.gate import meet
from tests.load.rush import application

PARTICIPANT = CertificateKind.PARTICIPANT
CHUNK = 5
NEVER_MET = 111  # a desk that raced with nobody proves nothing
NAIVE_DESKS = 2  # one at each event


def take_off_the_guard() -> None:
    """Look at the last number, think, write: what a careless house would do."""

    def careless(organization: Organization, year: int) -> CertificateBook:
        query = sa.select(CertificateBook).filter_by(organization_id=organization.id, year=year)
        book = db.session.scalars(query.execution_options(populate_existing=True)).one()
        time.sleep(0.1)  # think, while the other desk looks
        return book

    issuing.hold_book = careless


def small_slow_chunks() -> None:
    """So that whoever kills the worker finds it in the middle of one."""
    batch_files.CHUNK = CHUNK
    really = certificates.certificates

    def slowly(papers: Sequence[Certificate], **how: Any) -> bytes:
        time.sleep(0.1)
        return really(papers, **how)

    certificates.certificates = slowly


def empty_pages() -> None:
    """The numbers race, not what is printed: eight WeasyPrints would take the cores from them."""

    def printed(papers: Sequence[Certificate], **_how: Any) -> bytes:
        time.sleep(0.01)
        content = BytesIO()
        with pikepdf.new() as made:
            for _paper in papers:
                made.add_blank_page()
            made.save(content)
        return content.getvalue()

    certificates.certificates = printed


def issue(event_id: int) -> int:
    """A batch of all, after single papers for some as if they were downloaded. How many
    failed."""
    failed = 0
    event = db.session.get_one(Event, event_id)
    ids = db.session.scalars(sa.select(Registration.id).filter_by(event_id=event.id)).all()
    db.session.rollback()
    for registration_id in ids[::6]:
        try:
            with transaction():
                paper = actions.issue(db.session.get_one(Registration, registration_id))
                assert paper
                certificates.certificates([paper])
        except sa.exc.IntegrityError:
            failed += 1
        db.session.remove()
    with transaction():
        event = db.session.get_one(Event, event_id)
        due = batch_queries.due_ids(event, PARTICIPANT)
        asked: list[batches.Asked] = [(id_, "", "") for id_ in due]
        batch = batches.begin(event, PARTICIPANT, STANDARD[PARTICIPANT], asked) if due else None
    if batch:
        batch_work.make(batch.id)
        db.session.refresh(batch)
        failed += batch.status != "done"
    return failed


if __name__ == "__main__":
    app = application(sys.argv[1])
    with app.app_context(), batch_work.in_a_request():
        if "worker" in sys.argv:
            small_slow_chunks()
            batch_work.work_on_batches()
            sys.exit()
        if "naive" in sys.argv:
            take_off_the_guard()
            try:
                meet("start", os.getpid(), of=NAIVE_DESKS)  # however slowly processes start
            except TimeoutError:
                sys.exit(NEVER_MET)
        empty_pages()
        batch_files.CHUNK = CHUNK
        sys.exit(min(issue(int(sys.argv[2])), 100))
