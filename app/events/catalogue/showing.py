"""All that the page of an event shows."""

from typing import Any

from flask import url_for

from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.about.wording import audience, days_of, place_of, why_signup_is_closed
from app.events.catalogue.calendars import absolute, schema_org
from app.events.kinds import PROJECTS
from app.events.models import Admission, Event
from app.events.seat_rules.queries import draw_of, quotas_of
from app.events.seat_rules.wording import seat_rules
from app.events.timetable.queries import meetings_of


def shown_on_page(event: Event) -> dict[str, Any]:
    draw = draw_of(event) if event.admission is Admission.DRAW else None
    return {
        "event": event,
        "rules": seat_rules(event, quotas_of(event), draw),
        "draw": draw,
        "is_preview": False,
        "days": days_of(event),
        "meetings": meetings_of(event.slots),
        "closed": why_signup_is_closed(event),
        "audience": audience(event.audience, event.grade_from, event.grade_to),
        "fields": [PROFESSIONAL_FIELDS.get(code, code) for code in event.fields],
        "project": PROJECTS.get(event.project, ""),
        "place": place_of(event),
        "sign_up_url": url_for("sign_up.sign_up", slug=event.slug),
        "canonical": absolute("events.show", slug=event.slug),
        "schema_org": schema_org(event),
    }


def shown_in_preview(event: Event, *, here: str) -> dict[str, Any]:
    """As visitors would see a draft, with buttons that lead nowhere but back ``here``."""
    closed = why_signup_is_closed(event, as_published=True)
    return shown_on_page(event) | {"is_preview": True, "closed": closed, "sign_up_url": here}
