"""What the phone at the door shows: the colour, what it is, and what to do now."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.attendance.door.actions import Answer
from app.attendance.door.models import ABOUT_NOBODY, Outcome
from app.attendance.models import Presence
from app.attendance.queries import marking_opens_at
from app.base import clock
from app.events.models import Slot
from app.people.models import Person
from app.registrations.models import Registration
from app.web.filters import day, time

GOOD, WARN, BAD = "good", "warn", "bad"
TONES = {
    Outcome.MARKED: GOOD,
    Outcome.UNDONE: GOOD,
    Outcome.ALREADY: WARN,
    Outcome.OTHER_SLOT: WARN,
    Outcome.OVERRULED: WARN,
    Outcome.LATE: WARN,
    Outcome.DROPPED: WARN,
}
TITLES = {
    Outcome.MARKED: _l("Here: marked"),
    Outcome.UNDONE: _l("The mark is taken off"),
    Outcome.ALREADY: _l("Already marked"),
    Outcome.OTHER_SLOT: _l("Another time or room"),
    Outcome.OVERRULED: _l("Corrected meanwhile"),
    Outcome.LATE: _l("Came in late"),
    Outcome.DROPPED: _l("Not used"),
    Outcome.NOT_YET: _l("Not today"),
    Outcome.WAITLISTED: _l("On the waitlist: no seat"),
    Outcome.AWAITING_CONSENT: _l("No parent’s agreement yet"),
    Outcome.NO_SEAT_YET: _l("No seat yet"),
    Outcome.CANCELLED: _l("Registration cancelled"),
    Outcome.OTHER_EVENT: _l("Ticket of another event"),
    Outcome.UNKNOWN: _l("There is no such ticket"),
    Outcome.FOREIGN: _l("This is not a ticket of Orientir"),
}
HINTS = {
    Outcome.OTHER_SLOT: _l("Show the way there, or let the person in here: “Mark anyway”."),
    Outcome.OVERRULED: _l(
        "Somebody corrected this mark in the list after it was made here: the correction stands."
    ),
    Outcome.LATE: _l(
        "The mark is more than a week old. The organizer decides on this page whether it counts."
    ),
    Outcome.DROPPED: _l("The organizer decided not to use this mark: it came in too late."),
    Outcome.WAITLISTED: _l(
        "Ask the organizer: the seat is given in the table of registrations, then mark again."
    ),
    Outcome.AWAITING_CONSENT: _l(
        "Take the signed paper and press “Enter a paper”, then mark again."
    ),
    Outcome.NO_SEAT_YET: _l("The application is not accepted yet: ask the organizer."),
    Outcome.CANCELLED: _l("If there are free seats, add the person: “Came without signing up”."),
    Outcome.UNKNOWN: _l("Check the 12 letters and digits, or find the person by name."),
    Outcome.FOREIGN: _l(
        "Ask for the ticket: a QR code in the letter, on paper or in “My registrations”. "
        "Or find the person by name."
    ),
}


@dataclass(frozen=True)
class Words:
    """The answer in words; ``name`` is empty where it is about nobody of this event."""

    outcome: Outcome
    title: str
    hint: str = ""
    name: str = ""
    details: tuple[str, ...] = ()
    registration_id: int | None = None
    may_mark_anyway: bool = False
    may_undo: bool = False

    @property
    def tone(self) -> str:
        return TONES.get(self.outcome, BAD)

    def as_json(self, uuid: str) -> dict[str, Any]:
        return {
            "uuid": uuid,
            "outcome": self.outcome.value,
            "tone": self.tone,
            "title": self.title,
            "hint": self.hint,
            "name": self.name,
            "details": list(self.details),
            "registration_id": self.registration_id,
            "anyway": self.may_mark_anyway,
            "undo": self.may_undo,
        }


def words_of(answer: Answer) -> Words:
    outcome, title = answer.outcome, str(TITLES[answer.outcome])
    if answer.ticket is None or outcome in ABOUT_NOBODY:
        return Words(outcome, title, hint_of(answer))
    registration = answer.ticket.registration
    return Words(
        outcome,
        title,
        hint_of(answer),
        registration.person.full_name,
        details_of(registration),
        registration.id,
        may_mark_anyway=outcome is Outcome.OTHER_SLOT,
        may_undo=outcome is Outcome.MARKED,
    )


def hint_of(answer: Answer) -> str:
    ticket = answer.ticket
    if ticket and answer.outcome is Outcome.ALREADY and ticket.mark:
        return already(answer)
    if ticket and answer.outcome is Outcome.NOT_YET:
        slot = ticket.registration.slot
        return _(
            "The ticket is for %(day)s, %(time)s. Marks are made on that day.",
            day=day(marking_opens_at(slot)),
            time=time(slot.starts_at),
        )
    if ticket and answer.outcome is Outcome.OTHER_EVENT:
        event = ticket.registration.event
        if event.is_public:
            return _(
                "It is for “%(event)s”, %(when)s. Show the way there or find the person by name.",
                event=event.title,
                when=when(ticket.registration.slot),
            )
        return _("Find the person by name: perhaps they have a ticket for this event too.")
    return str(HINTS.get(answer.outcome, ""))


def already(answer: Answer) -> str:
    """When, by whom and on which phone: the same ticket may have been shown twice."""
    mark = answer.ticket.mark if answer.ticket else None
    if mark is None:
        return ""
    said = {
        "time": time(mark.marked_at),
        "day": day(mark.marked_at, "short"),
        "who": mark.marked_by.display_name if mark.marked_by else _("somebody"),
        "phone": device_title(mark.device),
    }
    if mark.presence is not Presence.PRESENT:
        return _("%(who)s marked it on %(day)s at %(time)s.", **said)
    if not answer.is_by_another_phone:
        return _("%(day)s at %(time)s, on this device. Let the person in.", **said)
    if mark.device:
        return _(
            "%(day)s at %(time)s, on another phone (%(phone)s, %(who)s). If this is not the "
            "same person, the ticket was shown twice: look at a document.",
            **said,
        )
    return _("%(day)s at %(time)s, in the list (%(who)s). Let the person in.", **said)


def device_title(device: str) -> str:
    """«3F2A»: the beginning of the phone's own number, as its page shows it."""
    return device[:4].upper()


def details_of(registration: Registration) -> tuple[str, ...]:
    slot, group = registration.slot, registration.group
    return tuple(filter(None, (
        school_class(registration.person),
        _("Group %(group)s", group=group.title) if group else "",
        when(slot),
        slot.title,
        slot.room,
        _("and companions: %(num)s", num=registration.companions)
        if registration.companions else "",
    )))  # fmt: skip


def school_class(person: Person) -> str:
    return ", ".join(filter(None, (person.class_title, person.school_title)))


def when(slot: Slot) -> str:
    """«14:00» today, «23 нояб., 14:00» on another day."""
    is_today = clock.to_local(slot.starts_at).date() == clock.today()
    return (
        time(slot.starts_at)
        if is_today
        else f"{day(slot.starts_at, 'short')}, {time(slot.starts_at)}"
    )


def door_words() -> dict[str, Any]:
    """What the page says by itself when there is no network."""
    return {
        "titles": {outcome.value: str(title) for outcome, title in TITLES.items()},
        "hints": {outcome.value: str(hint) for outcome, hint in HINTS.items()},
        "here": _("Here"),
        "count": _("Here: %(present)s of %(total)s", present="{present}", total="{total}"),
        "kept": _("Kept on this phone"),
        "kept_hint": _("Sent by itself when there is network. Let the person in."),
        "unchecked": _("Kept, not checked"),
        "unchecked_hint": _(
            "Without network and without the list the ticket cannot be checked: it is, when "
            "there is network."
        ),
        "not_in_list": _(
            "The ticket is not in the list of this phone: signed up later, or for another "
            "event. It is checked when there is network."
        ),
        "by_phone": _("It is marked already. Let the person in if it is the same one."),
        "offline": _("No network. Marks are kept on this phone."),
        "waiting": _("Marks waiting to be sent: {number}"),
        "log_in": _("Log in again on this phone: the marks are kept until then."),
        "refused": _("The server does not take the marks now; they are kept and sent again."),
        "no_camera": _(
            "The camera is not available. Allow it in the browser’s settings of this site, or "
            "type the number."
        ),
        "list_taken": _("The list is on this phone until the end of the day: {number} people."),
        "list_failed": _("The list could not be taken: check the network and try again."),
        "list_erased": _("The list is erased from this phone."),
        "nobody": _("Nobody found in the list of this phone."),
        "not_sent": _("No network: the mark is not made. Try again."),
    }
