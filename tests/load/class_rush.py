"""Classes at one slot, from several processes at once; run by test_classes_at_once.py.

``python -m tests.load.class_rush DATABASE_URL NUMBER naive|guarded`` signs one class up.
"""

import sys

import sqlalchemy as sa

from app.base.db import db, transaction
from app.events.models import Slot
from app.organizations.models import Organization
from app.people.models import Person, SchoolClass
from app.registrations.groups.actions import sign_up_class
from app.registrations.seats import seats
from tests.load.gate import meet
from tests.load.rush import application, take_off_the_guard

CLASSES = 4
PUPILS = 14  # and an adult: 15 seats
SEATS = 40


def rush(url: str, number: int, *, naive: bool) -> None:
    app = application(url)
    if naive:
        take_off_the_guard()
    with app.app_context():
        class_ = db.session.scalars(sa.select(SchoolClass).order_by(SchoolClass.id)).all()[number]
        pupils = db.session.scalars(
            sa.select(Person).filter_by(class_id=class_.id).order_by(Person.id)
        ).all()
        slot = db.session.scalars(sa.select(Slot)).one()
        school = db.session.get_one(Organization, class_.school_id)
        if naive:  # look outside any lock, think, and believe it later
            free = seats.take(slot, PUPILS + 1)
            meet("looked", number, of=CLASSES)
            seats.take = lambda *_, **__: free
        with transaction():
            sign_up_class(
                slot,
                school,
                class_.title,
                pupils,
                companions=[{"name": "Анна", "phone": ""}],
                rest="waitlist",
                by=None,
            )


if __name__ == "__main__":
    rush(sys.argv[1], int(sys.argv[2]), naive=sys.argv[3] == "naive")
