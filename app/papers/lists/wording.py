"""Words that stand on lists: states, marks, times."""

from flask_babel import gettext as _

from app.attendance.models import Presence
from app.events.models import Slot
from app.registrations.guardians.states import State
from app.registrations.models import Status
from app.web.filters import span

SIGNS = {Presence.PRESENT: "+", Presence.ABSENT: "н", Presence.EXCUSED: "у"}


def statuses() -> dict[Status, str]:
    return {
        Status.CONFIRMED: _("has a seat"),
        Status.AWAITING_CONSENT: _("waits for a parent’s agreement"),
        Status.WAITLISTED: _("on the waitlist"),
        Status.CANCELLED: _("cancelled registration"),
        Status.EXPIRED: _("no answer in time"),
        Status.APPLIED: _("has applied"),
        Status.OFFERED: _("is offered a seat"),
        Status.DECLINED: _("not accepted"),
    }


def marks() -> dict[Presence | None, str]:
    return {
        Presence.PRESENT: _("yes"),
        Presence.ABSENT: _("no"),
        Presence.EXCUSED: _("excused"),
        None: "",
    }


def consents() -> dict[State, str]:
    return {State.YES: _("yes"), State.NO: _("no"), State.WAITING: _("asked, no answer yet")}


def titled(slot: Slot) -> str:
    """«23 ноября 2026 г., 14:00–15:30 · Первый поток»."""
    return " · ".join(filter(None, (span(slot.starts_at, slot.ends_at), slot.title)))
