"""Events for other programs: iCalendar files and open data."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from icalendar import Calendar
from icalendar import Event as Occasion

from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.about.wording import place_of
from app.events.models import Event, Format, Slot
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot
from app.web.filters import iso
from app.web.pages import Paged


def absolute(endpoint: str, **values: Any) -> str:
    """An address with the site's own name, whatever name it was asked by."""
    return str(current_app.config["SITE_URL"]) + url_for(endpoint, **values)


END = b"END:VCALENDAR\r\n"


def calendar_of(events: Iterable[Event], *, name: str) -> bytes:
    """An iCalendar file: one entry per slot, times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Orientir//Career guidance events//RU")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    events = list(events)
    meetings = meetings_of([slot for event in events for slot in event.slots])
    entries = [
        entry
        for event in events
        for slot in event.slots
        for entry in entries_of(event, slot, meetings[slot.id])
    ]
    return b"".join([calendar.to_ical().removesuffix(END), *entries, END])


def entries_of(event: Event, slot: Slot, meetings: Sequence[Meeting]) -> list[bytes]:
    """The slot, or each of its meetings."""
    if not meetings:
        return [entry_of(event, slot, Spot(slot.starts_at, slot.ends_at, slot.room))]
    return [
        entry_of(event, slot, Spot(one.starts_at, one.ends_at, one.room or slot.room), f"-{one.id}")
        for one in meetings
    ]


def entry_of(event: Event, slot: Slot, spot: Spot, which: str = "") -> bytes:
    """The UID stays the same for ever, so that a calendar replaces what it already has."""
    url = absolute("events.show", slug=event.slug)
    is_off = event.is_called_off or slot.is_called_off
    title = f"{event.title}: {slot.title}" if slot.title else event.title
    return written(
        ("uid", f"slot-{slot.id}{which}@orientir"),
        ("dtstamp", utc(event.changed_at)),
        ("last-modified", utc(event.changed_at)),
        ("dtstart", utc(spot.starts_at)),
        ("dtend", utc(spot.ends_at)),
        ("summary", _("Called off: %(title)s", title=title) if is_off else title),
        ("location", place_of(event, spot.room) or _("Online")),
        ("description", f"{event.summary}\n{url}".strip()),
        ("url", url),
        ("status", "CANCELLED" if is_off else "CONFIRMED"),
    )


@lru_cache(maxsize=5000)
def written(*properties: tuple[str, Any]) -> bytes:
    """Kept, since writing takes long and calendars ask for the same again and again."""
    entry = Occasion()
    for name, value in properties:
        entry.add(name, value)
    return bytes(entry.to_ical())


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC, microsecond=0)


def selection_as_data(found: Paged[Event], *, next_page: str | None) -> dict[str, Any]:
    """The selection as published in ``/events.json``; docs/open-data.md describes it."""
    return {
        "total": found.total,
        "page": found.number,
        "pages": found.pages,
        "next": next_page,
        "events": [event_as_data(event) for event in found.items],
    }


def event_as_data(event: Event) -> dict[str, Any]:
    """Contacts and links of online rooms stay out: they may be somebody's own."""
    place, organization = event.municipality, event.organization
    return {
        "slug": event.slug,
        "url": absolute("events.show", slug=event.slug),
        "title": event.title,
        "summary": event.summary,
        "kind": {"code": event.kind_code, "title": str(event.kind.title)},
        "status": event.status.value,
        "format": event.format.value,
        "venue": event.venue,
        "municipality": {"oktmo": place.oktmo, "name": place.name} if place else None,
        "organization": {"slug": organization.slug, "name": organization.name},
        "audience": event.audience,
        "grades": {"from": event.grade_from, "to": event.grade_to},
        "fields": [
            {"code": code, "title": str(PROFESSIONAL_FIELDS.get(code, code))}
            for code in event.fields
        ],
        "measure": event.measure.code if event.measure else None,
        "starts_at": stamp(event.starts_at),
        "ends_at": stamp(event.ends_at),
        "signup": {
            "is_open": event.signup_is_open,
            "opens_at": stamp(event.signup_opens_at),
            "closes_at": stamp(event.signup_closes_at),
        },
        "slots": [slot_as_data(slot) for slot in event.slots],
        "changed_at": stamp(event.changed_at),
    }


def slot_as_data(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "title": slot.title,
        "room": slot.room,
        "starts_at": stamp(slot.starts_at),
        "ends_at": stamp(slot.ends_at),
        "capacity": slot.capacity,
        "seats_left": 0 if slot.is_called_off else slot.seats_left,
        "is_called_off": slot.is_called_off,
    }


def stamp(moment: datetime | None) -> str | None:
    """«2026-11-23T11:00:00Z»."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def schema_org(event: Event) -> dict[str, Any]:
    """The event as search engines read it (schema.org/Event)."""
    url = absolute("events.show", slug=event.slug)
    state = "EventCancelled" if event.is_called_off else "EventScheduled"
    place: dict[str, Any] = {
        "@type": "Place",
        "name": event.venue or event.organization.short_name,
        "address": place_of(event) or event.organization.address,
    }
    online = {"@type": "VirtualLocation", "url": url}
    taking_place = event.slots_held
    mode, location = {
        Format.IN_PERSON: ("Offline", place),
        Format.ONLINE: ("Online", online),
        Format.MIXED: ("Mixed", [place, online]),
    }[event.format]
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary or event.title,
        "url": url,
        "startDate": iso(event.starts_at) if event.starts_at else None,
        "endDate": iso(event.ends_at) if event.ends_at else None,
        "eventStatus": f"https://schema.org/{state}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "location": location,
        "organizer": {"@type": "Organization", "name": event.organization.name},
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": sum(slot.capacity for slot in taking_place),
        "remainingAttendeeCapacity": sum(slot.seats_left for slot in taking_place),
    }
