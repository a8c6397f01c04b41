"""The ticket as a QR code and as a calendar file."""

from datetime import UTC
from functools import lru_cache
from io import BytesIO

import icalendar
from markupsafe import Markup

from app import clock
from app.qr import code_of
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
    """The ticket as an iCalendar file: a cancelled one takes itself out of the calendar."""
    slot, event = registration.slot, registration.event
    entry = icalendar.Event()
    entry.add("uid", f"registration-{registration.code}@orientir")
    entry.add("dtstamp", clock.now().replace(tzinfo=UTC))
    entry.add("dtstart", slot.starts_at.replace(tzinfo=UTC))
    entry.add("dtend", slot.ends_at.replace(tzinfo=UTC))
    entry.add("summary", event.title)
    entry.add("location", ", ".join(filter(None, (event.venue, slot.room))))
    entry.add("url", url)
    stands = registration.is_live and not event.is_called_off
    state = ("CONFIRMED" if registration.is_confirmed else "TENTATIVE") if stands else "CANCELLED"
    entry.add("status", state)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Orientir//ru")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
