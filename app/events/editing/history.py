"""Writing down what was done to an event: read by its organizers on the page of its history."""

from typing import Any

from app.audit.actions import record
from app.events.models import Event

# Long texts, and what may be somebody's own, are named and not repeated in the log.
ONLY_NAMED = ("description", "programme", "contact", "online_url", "stands")


def note_changes(event: Event, changes: dict[str, list[Any]]) -> None:
    """``changes``: old and new value by the name of the detail."""
    if changes:
        said = {name: [] if name in ONLY_NAMED else pair for name, pair in changes.items()}
        record(
            "event.edited",
            event,
            organization_id=event.organization_id,
            number=len(said),
            changes=said,
        )
