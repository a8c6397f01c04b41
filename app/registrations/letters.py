"""What the letters about a registration say."""

from typing import Any

from app.notifications.actions import notify
from app.registrations.models import Registration
from app.registrations.queries import place_in_line


def tell(
    registration: Registration, template: str, *, reason: str = "", place: int | None = None
) -> None:
    """Queue a letter about this registration to whoever signed up. ``place``: in the line,
    where the caller knows it already."""
    if not registration.email:
        return
    notify(
        registration.email,
        template,
        language=registration.language,
        **facts_of(registration),
        code=registration.code,
        place=place or place_in_line(registration),
        reason=reason,
    )


def facts_of(registration: Registration) -> dict[str, Any]:
    """Who, what, when, where: for a letter's context."""
    slot, event = registration.slot, registration.event
    held = registration.hold_until
    return {
        "person": registration.person.full_name,
        "event": event.title,
        "slot": slot.title,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "room": slot.room,
        "venue": event.venue,
        "online_url": event.online_url if registration.is_confirmed else "",
        "organization": event.organization.short_name,
        "contact": event.contact,
        "seats": registration.seats,
        "held_until_at": held.isoformat() if held else "",
    }
