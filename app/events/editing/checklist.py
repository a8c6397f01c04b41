"""What an event still needs before it is published, and what would do it good."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.events.about.details import Details
from app.events.kinds import Part
from app.events.models import Admission, Event, Format, Slot
from app.events.timetable.models import Meeting

EDITOR, SLOTS = "events_desk.edit", "slots.index"


@dataclass(frozen=True)
class Step:
    """A thing to do, in the imperative. ``room`` and ``field`` are the place where it is
    done; without a room it is not the organizer's to do."""

    text: str
    is_done: bool
    room: str = ""
    field: str = ""


def about_words(thing: Event | Details) -> Iterator[Step]:
    """What a published event must say."""
    yield Step(_("write the title"), bool(thing.title), EDITOR, "title")
    needs_venue = thing.format is not Format.ONLINE
    yield Step(_("write the venue"), not needs_venue or bool(thing.venue), EDITOR, "venue")
    needs_link = thing.format is not Format.IN_PERSON
    yield Step(
        _("give the link for taking part online"),
        not needs_link or bool(thing.online_url),
        EDITOR,
        "online_url",
    )


def required_steps(event: Event) -> list[Step]:
    """What has to be done before the event can be published."""
    has_slot = any(slot.capacity >= 1 and not slot.has_begun for slot in event.slots_held)
    closes_late = bool(
        event.signup_closes_at and event.ends_at and event.signup_closes_at > event.ends_at
    )
    closes_at = event.signup_closes_at
    draw_waits = event.admission is Admission.DRAW and not (closes_at and closes_at > clock.now())
    return [
        *about_words(event),
        Step(
            _("add a slot that is still to come, with at least one seat"),
            has_slot,
            SLOTS,
            "starts_at",
        ),
        Step(
            _("let sign-up close before the last slot ends"),
            not closes_late,
            EDITOR,
            "signup_closes_at",
        ),
        Step(
            _("say until when applications for the draw are taken"),
            not draw_waits,
            EDITOR,
            "signup_closes_at",
        ),
        Step(
            _("wait until the ministry resumes your organization")
            if event.organization.is_halted
            else _("wait until the ministry approves your organization"),
            event.organization.is_approved,
        ),
    ]


def useful_steps(event: Event) -> list[Step]:
    """What is not needed, but makes people come: by the kind of the event."""
    kind = event.kind
    steps = [
        Step(_("say in a sentence what awaits people"), bool(event.summary), EDITOR, "summary"),
        Step(_("describe what happens"), bool(event.description), EDITOR, "description"),
        Step(_("name who answers questions"), bool(event.contact), EDITOR, "contact"),
        Step(_("choose the professional fields"), bool(event.fields), EDITOR, "fields"),
    ]
    if kind.has(Part.STANDS):
        steps.append(Step(_("list the exhibitors"), bool(event.stands), EDITOR, "stands"))
    if kind.has(Part.HOURS):
        steps.append(Step(_("write how many hours it takes"), bool(event.hours), EDITOR, "hours"))
    if kind.has(Part.PROJECT):
        steps.append(Step(_("name the project"), bool(event.project), EDITOR, "project"))
    if kind.has(Part.MEETINGS) and event.slots:
        steps.append(Step(_("add the meetings of each slot"), has_meetings(event), SLOTS))
    return steps


def has_meetings(event: Event) -> bool:
    query = sa.select(Meeting.id).join(Slot).where(Slot.event_id == event.id).limit(1)
    return db.session.scalar(query) is not None
