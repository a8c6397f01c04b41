"""Changing events: drafted, edited, published, called off, copied."""

import dataclasses
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.db import db
from app.errors import RuleBroken
from app.events import slots
from app.events.kinds import Kind
from app.events.models import Admission, Event, EventStatus, Format, Slot
from app.events.slugs import save_with_free_slug
from app.events.upkeep import keep_up
from app.organizations.models import Municipality, Organization
from app.roadmap.models import Measure
from app.roadmap.queries import measure_by_code

PLACE = ("venue", "municipality", "format", "online_url")  # whoever signed up must know


@dataclasses.dataclass(frozen=True, kw_only=True)
class Details:
    """What an organizer says about an event. Moments are stored ones (UTC)."""

    title: str
    kind: Kind
    summary: str = ""
    description: str = ""
    programme: str = ""
    venue: str = ""
    municipality: Municipality | None = None
    format: Format = Format.IN_PERSON
    online_url: str = ""
    audience: list[str] = dataclasses.field(default_factory=list)
    grade_from: int | None = None
    grade_to: int | None = None
    fields: list[str] = dataclasses.field(default_factory=list)
    measure: Measure | None = None
    companions_max: int = 0
    contact: str = ""
    signup_opens_at: datetime | None = None
    signup_closes_at: datetime | None = None

    def write_to(self, event: Event) -> None:
        event.kind_code = self.kind.code
        for detail in dataclasses.fields(self):
            if detail.name != "kind":
                setattr(event, detail.name, getattr(self, detail.name))


def draft(organization: Organization, details: Details) -> Event:
    """A new event that only its organizers see."""
    event = Event(organization=organization, status=EventStatus.DRAFT, cancel_reason="")
    details.write_to(event)
    save_with_free_slug(event)
    keep_up(event)
    return event


def edit(event: Event, details: Details) -> bool:
    """Say something else about the event. True when people who signed up must be told.

    The address follows the title until the event is first published, and stays then.
    """
    slots.refuse_if_called_off(event)
    refuse_late_closing(details.signup_closes_at, event.ends_at)
    if event.admission is Admission.DRAW and details.signup_closes_at is None:
        raise RuleBroken(_("For a draw say until when applications are taken."))
    is_published = event.status is EventStatus.PUBLISHED
    if is_published and (unsaid := unsaid_about(details)):
        raise RuleBroken(
            _(
                "The event is published, so it cannot do without this: %(missing)s.",
                missing="; ".join(unsaid),
            )
        )
    is_moved = any(getattr(event, name) != getattr(details, name) for name in PLACE)
    details.write_to(event)
    db.session.flush()
    if event.published_at is None:
        save_with_free_slug(event)
    keep_up(event)
    return is_moved and is_published and not event.is_over


def refuse_late_closing(closes_at: datetime | None, ends_at: datetime | None) -> None:
    if closes_at and ends_at and closes_at > ends_at:
        raise RuleBroken(_("Sign-up cannot close after the last slot has ended."))


def unsaid_about(thing: Event | Details) -> list[str]:
    """What a published event must say and this one does not, each as a thing to do."""
    unsaid = []
    if not thing.title:
        unsaid.append(_("write the title"))
    if thing.format is not Format.ONLINE and not thing.venue:
        unsaid.append(_("write the venue"))
    if thing.format is not Format.IN_PERSON and not thing.online_url:
        unsaid.append(_("give the link for taking part online"))
    return unsaid


def missing_for_publishing(event: Event) -> list[str]:
    """What is still to do before the event can be published."""
    missing = unsaid_about(event)
    if not any(slot.capacity >= 1 and not slot.has_begun for slot in event.slots):
        missing.append(_("add a slot that is still to come, with at least one seat"))
    if event.signup_closes_at and event.ends_at and event.signup_closes_at > event.ends_at:
        missing.append(_("let sign-up close before the last slot ends"))
    closes_at = event.signup_closes_at
    if event.admission is Admission.DRAW and (closes_at is None or closes_at <= clock.now()):
        missing.append(_("say until when applications for the draw are taken"))
    if not event.organization.is_approved:
        missing.append(_("wait until the ministry approves your organization"))
    return missing


def publish(event: Event) -> None:
    """Show the event to everybody. Publishing again changes nothing."""
    slots.refuse_if_called_off(event)
    if event.status is EventStatus.PUBLISHED:
        return
    if missing := missing_for_publishing(event):
        raise RuleBroken(_("Before publishing: %(missing)s.", missing="; ".join(missing)))
    event.status = EventStatus.PUBLISHED
    event.published_at = event.published_at or clock.now()
    keep_up(event)


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


def copy(event: Event, *, first_day: date | None = None) -> Event:
    """A draft with the same words and slots, its first slot on the given day.

    Hours stay as they are on the clock; nobody is signed up.
    """
    if first_day and first_day < clock.today():
        raise RuleBroken(_("Choose a day that has not passed."))
    shift = timedelta()
    if event.slots and first_day:
        shift = first_day - first_day_of(event)
    said = {name.name: getattr(event, name.name) for name in dataclasses.fields(Details)}
    said["measure"] = event.measure and (measure_by_code(event.measure.code) or event.measure)
    for moment in ("signup_opens_at", "signup_closes_at"):
        said[moment] = said[moment] and said[moment] + shift
    twin = draft(event.organization, Details(**said))
    for slot in event.slots:
        twin.slots.append(
            Slot(
                title=slot.title,
                room=slot.room,
                capacity=slot.capacity,
                starts_at=slot.starts_at + shift,
                ends_at=slot.ends_at + shift,
            )
        )
    db.session.flush()
    keep_up(twin)
    return twin


def first_day_of(event: Event) -> date:
    """The day on which its first slot begins; today for an event without slots."""
    return min(
        (clock.to_local(slot.starts_at).date() for slot in event.slots), default=clock.today()
    )


def same_weekday_ahead(event: Event) -> date:
    """A day from a week ahead that is the weekday on which the event began."""
    ahead = clock.today() + timedelta(days=7)
    return ahead + timedelta(days=(first_day_of(event).weekday() - ahead.weekday()) % 7)
