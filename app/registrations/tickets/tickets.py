"""The ticket as a QR code and as a calendar file."""

from datetime import UTC
from functools import lru_cache
from io import BytesIO

import icalendar
from markupsafe import Markup

from app.base import clock
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot
from app.press.qr import code_of
from app.registrations.models import Registration


@lru_cache(maxsize=256)
def qr_svg(text: str) -> Markup:
    """A QR code of the text as an inline SVG, black on white in both colour schemes."""
    file = BytesIO()
    code_of(text).save(
        file,
        kind="svg",
        xmldecl=False,
        svgns=False,
        svgclass="o-qr",
        lineclass=None,
        omitsize=True,
        border=3,
        light="#fff",
        dark="#000",
    )
    return Markup(file.getvalue().decode())  # noqa: S704 - drawn by segno


def calendar_of(registration: Registration, *, url: str) -> bytes:
    """The ticket as an iCalendar file: a cancelled one takes itself out of the calendar. A
    course is there with each of its meetings."""
    slot = registration.slot
    meetings = meetings_of([slot])[slot.id]
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Orientir//ru")
    calendar.add("version", "2.0")
    for one in meetings:
        spot = Spot(one.starts_at, one.ends_at, one.room or slot.room)
        calendar.add_component(entry_of(registration, spot, f"-{one.id}", url=url))
    if not meetings:
        spot = Spot(slot.starts_at, slot.ends_at, slot.room)
        calendar.add_component(entry_of(registration, spot, "", url=url))
    return bytes(calendar.to_ical())


def entry_of(registration: Registration, spot: Spot, which: str, *, url: str) -> icalendar.Event:
    event = registration.event
    entry = icalendar.Event()
    entry.add("uid", f"registration-{registration.code}{which}@orientir")
    entry.add("dtstamp", clock.now().replace(tzinfo=UTC))
    entry.add("dtstart", spot.starts_at.replace(tzinfo=UTC))
    entry.add("dtend", spot.ends_at.replace(tzinfo=UTC))
    entry.add("summary", event.title)
    entry.add("location", ", ".join(filter(None, (event.venue, spot.room))))
    entry.add("url", url)
    is_off = event.is_called_off or registration.slot.is_called_off
    stands = registration.is_live and not is_off
    state = ("CONFIRMED" if registration.is_confirmed else "TENTATIVE") if stands else "CANCELLED"
    entry.add("status", state)
    return entry
