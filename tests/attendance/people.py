"""Events of the past at which people were marked."""

from datetime import datetime
from typing import Any

from app.attendance.models import Attendance, Method, Presence
from app.base import clock
from app.base.db import db
from app.events.models import Event
from app.people.models import Person
from app.registrations.models import Registration
from tests.factories import make_event, make_registration

THIS_YEAR = clock.school_year(clock.today())


def held(
    *visitors: Person,
    on: str | None = None,
    presence: Presence = Presence.PRESENT,
    **given: Any,
) -> Event:
    """An event that these people signed up for and were marked at; by default on
    2 September of this school year. ``on``: as it is stored, in UTC."""
    event = make_event(**{"capacity": 50, **given})
    [slot] = event.slots
    for person in visitors:
        mark(make_registration(slot, person), presence)
    length = slot.ends_at - slot.starts_at
    slot.starts_at = datetime.fromisoformat(on or f"{THIS_YEAR}-09-02 09:00")
    slot.ends_at = slot.starts_at + length
    event.starts_at, event.ends_at = slot.starts_at, slot.ends_at
    db.session.flush()
    return event


def mark(registration: Registration, presence: Presence) -> None:
    db.session.add(Attendance(registration=registration, presence=presence, method=Method.LIST))
    db.session.flush()
