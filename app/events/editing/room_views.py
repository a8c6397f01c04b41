"""The rooms of an event: the tabs above each of its pages."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from app.events.models import Event
from app.permissions import can

bp = Blueprint("event_rooms", __name__)
# Pages that stand in the room of another blueprint.
ROOM_OF = {
    **dict.fromkeys(("slot_series", "slots_at_once", "slot_fate", "meetings"), "slots"),
    "meeting_sheet": "attendance",
    "event_editor": "events_desk",
    **dict.fromkeys(("badges", "batches", "certificates", "lists", "names"), "documents"),
}


@bp.app_template_global()
def rooms_of(event: Event) -> list[dict[str, object]]:
    """The ways to the rooms of an event that this visitor may enter, for ui.tabs()."""
    rooms = (
        ("events_desk.edit", _("Event"), "event.manage"),
        ("slots.index", _("Slots"), "event.manage"),
        ("questions.index", _("Questions"), "event.manage"),
        ("admission.index", _("Admission"), "event.see_people"),
        ("registrations_desk.index", _("Registrations"), "event.see_people"),
        ("check_in.index", _("Check-in"), "event.check_in"),
        ("attendance.index", _("Attendance"), "event.check_in"),
        ("messages.index", _("Messages"), "event.write"),
        ("documents.papers", _("Papers"), "event.print"),
        ("staff.index", _("Staff"), "event.staff"),
    )
    current = ROOM_OF.get(request.blueprint or "", request.blueprint)
    return [
        {
            "room": room,
            "url": url_for(endpoint, slug=event.slug),
            "text": text,
            "current": room == current,
        }
        for endpoint, text, action in rooms
        for room in [endpoint.partition(".")[0]]
        if can(action, event)
    ]
