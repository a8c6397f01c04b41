"""Changing events: drafted, edited, published, called off."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about.details import Details as Details
from app.events.about.details import changes, details_of
from app.events.about.slugs import save_with_free_slug
from app.events.about.upkeep import keep_up
from app.events.editing.checklist import about_words, required_steps
from app.events.editing.history import note_changes
from app.events.models import Admission, Event, EventStatus
from app.events.slots import actions as slots
from app.organizations.actions import refuse_halted
from app.organizations.models import Organization

PLACE = ("venue", "municipality", "format", "online_url")  # whoever signed up must know


def draft(organization: Organization, details: Details) -> Event:
    """A new event that only its organizers see."""
    refuse_halted(organization)
    event = Event(organization=organization, status=EventStatus.DRAFT, cancel_reason="")
    details.write_to(event)
    save_with_free_slug(event)
    keep_up(event)
    record("event.drafted", event, organization_id=event.organization_id)
    return event


def edit(event: Event, details: Details, *, keeps_address: bool = False) -> bool:
    """Say something else about the event. True when people who signed up must be told.

    The address follows the title until the event is first published, and stays then; with
    ``keeps_address`` it stays now, because a form is still open there.
    """
    slots.refuse_if_called_off(event)
    refuse_late_closing(details.signup_closes_at, event.ends_at)
    if event.admission is Admission.DRAW and details.signup_closes_at is None:
        raise RuleBroken(_("For a draw say until when applications are taken."))
    is_published = event.status is EventStatus.PUBLISHED
    if is_published and (unsaid := [one.text for one in about_words(details) if not one.is_done]):
        raise RuleBroken(
            _(
                "The event is published, so it cannot do without this: %(missing)s.",
                missing="; ".join(unsaid),
            )
        )
    is_moved = any(getattr(event, name) != getattr(details, name) for name in PLACE)
    before = details_of(event).plain
    details.write_to(event)
    db.session.flush()
    if event.published_at is None and not keeps_address:
        save_with_free_slug(event)
    keep_up(event)
    note_changes(event, changes(before, details.plain))
    return is_moved and is_published and not event.is_over


def refuse_late_closing(closes_at: datetime | None, ends_at: datetime | None) -> None:
    if closes_at and ends_at and closes_at > ends_at:
        raise RuleBroken(_("Sign-up cannot close after the last slot has ended."))


def missing_for_publishing(event: Event) -> list[str]:
    """What is still to do before the event can be published."""
    return [step.text for step in required_steps(event) if not step.is_done]


def publish(event: Event) -> None:
    """Show the event to everybody. Publishing again changes nothing."""
    slots.refuse_if_called_off(event)
    if event.status is EventStatus.PUBLISHED:
        return
    if missing := missing_for_publishing(event):
        raise RuleBroken(_("Before publishing: %(missing)s.", missing="; ".join(missing)))
    if event.published_at is None and event.edited_in:
        save_with_free_slug(event)  # it may have been called otherwise when it was begun
    event.status = EventStatus.PUBLISHED
    event.published_at = event.published_at or clock.now()
    keep_up(event)
    record("event.published", event, organization_id=event.organization_id)


def unpublish(event: Event, *, signed_up: int) -> None:
    """Take the event back to the drafts, while nobody is signed up.

    Hold the slots before counting who is, so that nobody signs up in between.
    """
    slots.refuse_if_called_off(event)
    if signed_up:
        raise RuleBroken(
            ngettext(
                "%(num)s person is signed up, so the event cannot be hidden. Call it off instead.",
                "%(num)s people are signed up, so the event cannot be hidden. Call it off instead.",
                signed_up,
            )
        )
    event.status = EventStatus.DRAFT
    keep_up(event)
    record("event.unpublished", event, organization_id=event.organization_id)


def call_off(event: Event, *, reason: str) -> None:
    """The event does not take place. Its page stays and says so.

    Whoever signed up is told by ``registrations.cancel_all``.
    """
    if event.is_called_off:
        raise RuleBroken(_("This event has been called off already."))
    if event.status is EventStatus.DRAFT:
        raise RuleBroken(_("A draft cannot be called off: nobody has seen it."))
    if event.is_over:
        raise RuleBroken(_("This event is over, so it cannot be called off."))
    event.status = EventStatus.CANCELLED
    event.cancel_reason = reason
    keep_up(event)
    record("event.called_off", event, organization_id=event.organization_id)
