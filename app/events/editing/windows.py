"""An editor open in several windows: nobody silently overwrites what somebody else saved."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base.db import db
from app.base.rules import RuleBroken
from app.base.words.text import whole_or_nothing
from app.events.about.details import Details, changes, details_of, version_of
from app.events.editing import actions
from app.events.editing.detail_words import TITLES
from app.events.models import Event, EventStatus
from app.organizations.models import Organization


class Stale(RuleBroken):
    """Somebody saved the event after this form was opened."""


def save(event: Event, details: Details, *, version: str, tab: str) -> bool:
    """Like ``actions.edit``, unless the form is stale: see ``refuse_if_stale``. The address
    of a draft stays until it is published: other windows may be open there."""
    hold(event)
    refuse_if_stale(event, details, version, tab)
    is_to_be_told = actions.edit(event, details, keeps_address=True)
    event.edited_in = tab
    db.session.flush()
    return is_to_be_told


def save_by_itself(event: Event, details: Details, *, version: str, tab: str) -> None:
    """Keep a draft as it stands in an open form."""
    hold(event)
    if event.status is not EventStatus.DRAFT:
        raise RuleBroken(_("Everybody sees this event, so press “Save” when it is ready."))
    refuse_if_stale(event, details, version, tab)
    if details_of(event) != details:
        actions.edit(event, details, keeps_address=True)
    event.edited_in = tab
    db.session.flush()


def hold(event: Event) -> None:
    """As it stands now; nobody else saves it until the commit."""
    query = sa.select(Event).where(Event.id == event.id).with_for_update()
    db.session.scalar(query.execution_options(populate_existing=True))


def refuse_if_stale(event: Event, details: Details, version: str, tab: str) -> None:
    """``version`` is what the form was opened with (none: nothing to compare). Whoever saved
    last may go on saving from the same window (``tab``)."""
    is_own = bool(tab) and event.edited_in == tab
    if not version or is_own or version == version_of(event):
        return
    differing = changes(details_of(event).plain, details.plain)
    if differing:
        raise Stale(
            _(
                "Meanwhile the event was changed in another window. It differs here: "
                "%(fields)s. What you typed is not saved yet. Press “Save” to keep yours, "
                "or reload the page to see the other.",
                fields=", ".join(str(TITLES[name]) for name in differing),
            )
        )


def draft_begun(number: str, tab: str, organizations: Sequence[Organization]) -> Event | None:
    """The draft of these organizations that the form of a new event has saved by itself: by
    its id, or by the window while the answer with the id is still under way."""
    known = whole_or_nothing(number)
    query = sa.select(Event).where(
        Event.id == known if known else Event.edited_in == tab,
        Event.status == EventStatus.DRAFT,
        Event.organization_id.in_([one.id for one in organizations]),
    )
    return db.session.scalar(query.order_by(Event.id).limit(1))
