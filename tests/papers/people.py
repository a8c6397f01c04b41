"""Who signed up, and who came: for the tests of papers."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader

from app.attendance.models import Attendance, Method, Presence
from app.base.db import db
from app.certificates.issued.models import Certificate
from app.events.models import Slot
from app.people.models import Person
from app.registrations.models import Channel, Registration, Status
from tests.factories import make_person


def signed_up(
    slot: Slot, person: Person | str = "Бадмаев", *, status: Status = Status.CONFIRMED, **given: Any
) -> Registration:
    """A registration as it stands, also for an event that is over; a surname will do."""
    person = make_person(person) if isinstance(person, str) else person
    registration = Registration(
        event=slot.event, slot=slot, person=person, status=status, channel=Channel.GUEST,
        **{"email": person.email, **given},
    )  # fmt: skip
    db.session.add(registration)
    db.session.flush()
    return registration


def came(slot: Slot, person: Person | str = "Бадмаев", **given: Any) -> Registration:
    registration = signed_up(slot, person, **given)
    mark(registration, Presence.PRESENT)
    return registration


def mark(registration: Registration, presence: Presence) -> None:
    found = db.session.query(Attendance).filter_by(registration_id=registration.id).first()
    attendance = found or Attendance(registration_id=registration.id, method=Method.LIST)
    attendance.presence = presence
    db.session.add(attendance)
    db.session.flush()


def registration_of(paper: Certificate) -> Registration:
    assert paper.registration is not None
    return paper.registration


def pages(pdf: bytes) -> list[str]:
    """The text of each page, blanks folded."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
