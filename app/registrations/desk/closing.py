"""Closing an organization for ever: whoever is to come to its events is told first."""

from flask_babel import gettext as _
from flask_babel import ngettext

from app.base.rules import RuleBroken
from app.events.catalogue.counts import coming_events_of
from app.events.editing import actions as events
from app.events.models import Event
from app.organizations.approval import states
from app.organizations.models import Organization
from app.registrations.signing_up.actions import cancel_all

MOST_NAMED = 5


def close_organization(
    organization: Organization, *, reason: str, calls_off: bool = False
) -> tuple[int, int]:
    """Refused while it has events to come, unless they are called off in the same act
    (``calls_off``). How many events, and how many people were told."""
    coming = coming_events_of(organization)
    if coming and not calls_off:
        raise RuleBroken(to_call_off(coming))
    why = _("The organizer does not work on this site any more.")
    people = 0
    for event in coming:
        events.call_off(event, reason=why)
        people += cancel_all(event, reason=why)
    states.close(organization, reason=reason)
    return len(coming), people


def to_call_off(coming: list[Event]) -> str:
    names = "; ".join(f"«{event.title}»" for event in coming[:MOST_NAMED])
    sentence: str = ngettext(
        "%(num)s event is still to come: %(names)s. Call it off first, or tick that below.",
        "%(num)s events are still to come: %(names)s. Call them off first, or tick that below.",
        len(coming),
        names=names + (" …" if len(coming) > MOST_NAMED else ""),
    )
    return sentence
