"""The organizer's desk: events drafted, published, called off, copied."""

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from app.events.models import Event
from app.permissions import can

bp = Blueprint("events_desk", __name__)


@bp.app_template_global()
def rooms_of(event: Event) -> list[dict[str, object]]:
    """The ways to the rooms of an event that this visitor may enter, for ui.tabs()."""
    rooms = (
        ("events_desk.edit", _("Event"), "event.manage"),
        ("slots.index", _("Slots"), "event.manage"),
        ("registrations_desk.index", _("Registrations"), "event.see_people"),
        ("attendance.index", _("Attendance"), "event.check_in"),
        ("documents.papers", _("Papers"), "event.print"),
    )
    return [
        {
            "url": url_for(endpoint, slug=event.slug),
            "text": text,
            "current": endpoint.partition(".")[0] == request.blueprint,
        }
        for endpoint, text, action in rooms
        if endpoint in current_app.view_functions and can(action, event)
    ]
