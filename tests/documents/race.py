"""Several desks issue certificates at once; run by test_race.py.

``python -m tests.documents.race DATABASE_URL EVENT_ID ROUNDS`` is one desk. With ``naive``
behind it, numbers are given without holding the book: the control.
"""

import os
import sys
import time

os.environ.setdefault("QUEUE_IN_MEMORY", "1")

import sqlalchemy as sa

from app.db import db, transaction
from app.documents import actions, issuing
from app.documents.models import CertificateBook
from app.events.models import Event
from app.organizations.models import Organization
from app.registrations.models import Registration
from tests.load.rush import application


def take_off_the_guard() -> None:
    """Look at the last number, think, write: what a careless house would do."""

    def careless(organization: Organization, year: int) -> CertificateBook:
        query = sa.select(CertificateBook).filter_by(organization_id=organization.id, year=year)
        book = db.session.scalars(query.execution_options(populate_existing=True)).one()
        time.sleep(0.02)
        return book

    issuing.hold_book = careless


def issue(url: str, event_id: int) -> int:
    """One by one for the people of the event, then for all who are left. How many failed."""
    failed = 0
    app = application(url)
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        ids = db.session.scalars(sa.select(Registration.id).filter_by(event_id=event.id)).all()
        db.session.rollback()
        for registration_id in ids[::3]:
            try:
                with transaction():
                    actions.issue(db.session.get_one(Registration, registration_id))
            except sa.exc.IntegrityError:
                failed += 1
            db.session.remove()
        with transaction():
            actions.issue_due(db.session.get_one(Event, event_id))
    return failed


if __name__ == "__main__":
    if "naive" in sys.argv:
        take_off_the_guard()
    sys.exit(min(issue(sys.argv[1], int(sys.argv[2])), 100))
