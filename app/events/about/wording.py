"""What pages and papers say about an event, in words."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from flask_babel import gettext as _

from app.base import clock
from app.events.models import Event, EventStatus, Format, Slot
from app.people.models import Category
from app.web.filters import day, time


def audience(categories: Sequence[str], grade_from: int | None, grade_to: int | None) -> str:
    """«для 8–11 классов, для родителей»; «для всех» when nobody is left out."""
    grades = for_grades(grade_from, grade_to)
    named = [
        grades if grades and category == Category.PUPIL else FOR[category]()
        for category in categories
        if category in FOR
    ]
    return ", ".join(named) or grades or _("for everybody")


FOR: dict[str, Callable[[], str]] = {
    Category.PUPIL: lambda: _("for pupils"),
    Category.COLLEGE_STUDENT: lambda: _("for college students"),
    Category.PARENT: lambda: _("for parents"),
    Category.TEACHER: lambda: _("for teachers"),
    Category.SPECIALIST: lambda: _("for specialists"),
    Category.ADULT: lambda: _("for adults"),
}


def for_grades(first: int | None, last: int | None) -> str:
    """«для 8–11 классов», or nothing for all grades."""
    if first is None and last is None:
        return ""
    first, last = first or 1, last or 11
    if first == last:
        return _("for grade %(grade)s", grade=first)
    return _("for grades %(first)s–%(last)s", first=first, last=last)


def why_signup_is_closed(event: Event, *, as_published: bool = False) -> str:
    """The sentence that names the reason; empty while people can sign up."""
    if event.status is EventStatus.DRAFT and not as_published:
        return _("This is a draft: people can sign up when it is published.")
    if ended := why_it_is_not_held(event):
        return ended
    if event.signup_opens_later and event.signup_opens_at:
        opens_at = event.signup_opens_at
        return _("Sign-up opens on %(day)s at %(time)s.", day=day(opens_at), time=time(opens_at))
    closes_at = event.signup_closes_at
    if closes_at and closes_at <= clock.now():
        return _("Sign-up closed on %(day)s at %(time)s.", day=day(closes_at), time=time(closes_at))
    if event.slots and all(slot.is_called_off for slot in event.slots):
        return _("All times of this event have been called off.")
    begun = all(slot.has_begun or slot.is_called_off for slot in event.slots)
    if begun and (event.slots or not as_published):
        return _("Everything has already begun, so sign-up is closed.")
    return ""


def why_it_is_not_held(event: Event) -> str:
    if event.is_called_off:
        return _("The event has been called off. %(reason)s", reason=event.cancel_reason).strip()
    if event.is_over and event.ends_at:
        return _("The event is over: it ended on %(day)s.", day=day(event.ends_at))
    if event.organization.is_halted:
        return _("The ministry has suspended this organizer, so nobody can sign up here now.")
    return ""


def place_of(event: Event, room: str = "") -> str:
    """«Элиста, ул. Ленина, 1, ауд. 12»; empty for what happens online only."""
    if event.format is Format.ONLINE:
        return ""
    around = event.municipality
    is_said = around and any(name in event.venue for name in (around.short_name, around.centre))
    municipality = around.short_name if around and not is_said else ""
    return ", ".join(part for part in (municipality, event.venue, room) if part)


def days_of(event: Event) -> list[tuple[date, list[Slot]]]:
    """The slots by the day on which they begin."""
    return [
        (day, list(slots))
        for day, slots in groupby(event.slots, lambda slot: clock.to_local(slot.starts_at).date())
    ]
