"""What an event row repeats, for the catalogue: kept up after each change."""

from flask_babel import force_locale

from app.base import clock
from app.base.db import db
from app.base.words.text import searchable
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.models import Event


def keep_up(event: Event) -> None:
    """Bring the first and last moment, the searched text and the date of change up to date."""
    taking_place = event.slots_held or event.slots
    event.starts_at = min((slot.starts_at for slot in taking_place), default=None)
    event.ends_at = max((slot.ends_at for slot in taking_place), default=None)
    event.search_text = search_text(event)
    event.changed_at = clock.now()
    db.session.flush()


def search_text(event: Event) -> str:
    """All by which people look for an event, in Russian whoever saves it."""
    place = event.municipality
    fields = [PROFESSIONAL_FIELDS[code] for code in event.fields if code in PROFESSIONAL_FIELDS]
    with force_locale("ru"):
        return searchable(
            event.title,
            event.summary,
            event.venue,
            event.organization.name,
            event.organization.short_name,
            place.name if place else "",
            place.short_name if place else "",
            str(event.kind.title),
            *(str(field) for field in fields),
        )
