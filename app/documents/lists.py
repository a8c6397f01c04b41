"""Lists of many people: on paper to be signed, and as a spreadsheet for the organizer."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app import spreadsheets
from app.attendance.models import Presence
from app.documents.queries import everybody, seated_people
from app.events.models import Event, Slot
from app.filters import span
from app.registrations.answer_queries import cell, questions_with_answers
from app.registrations.models import Registration, Status

BLANK_ROWS = 5  # for walk-ins, after the last name
ROWS_AT_LEAST = 20  # a short list fills its page: more may come than signed up


@dataclass(frozen=True)
class Row:
    number: int
    name: str = ""
    companions: int = 0
    school: str = ""
    class_title: str = ""
    lacks_consent: bool = False


@dataclass(frozen=True)
class Sheet:
    """The list of one slot, with blank rows after the names."""

    slot: Slot
    place: str
    rows: list[Row]

    @property
    def has_companions(self) -> bool:
        return any(row.companions for row in self.rows)


def attendance_list(event: Event, slots: Sequence[Slot]) -> bytes:
    """«Лист регистрации участников» as a PDF: each slot begins on a page of its own.

    In Russian whoever prints it: it is signed and stamped in Russia.
    """
    from app import pdf  # WeasyPrint takes 27 MB: only a process that prints carries it

    people = seated_people(slots)
    with force_locale("ru"):
        return pdf.render(
            "pdf/attendance_list.html",
            event=event,
            sheets=[sheet_of(event, slot, people[slot.id]) for slot in slots],
        )


def sheet_of(event: Event, slot: Slot, people: Sequence[Registration]) -> Sheet:
    rows = [
        Row(
            number,
            registration.person.full_name,
            registration.companions,
            registration.person.school_title,
            registration.person.class_title,
            registration.is_awaiting_consent,
        )
        for number, registration in enumerate(people, start=1)
    ]
    last = max(len(rows) + BLANK_ROWS, ROWS_AT_LEAST)
    blank = [Row(number) for number in range(len(rows) + 1, last + 1)]
    return Sheet(slot, ", ".join(filter(None, (event.venue, slot.room))), rows + blank)


def spreadsheet(event: Event, slots: Sequence[Slot]) -> bytes:
    """Everybody with a seat or on the waitlist, with contacts, marks and answers, for Excel:
    each question once, in the order of the form, those taken off it at the end."""
    several = len(slots) > 1
    people = everybody(slots)
    has_groups = any(registration.group for registration, _presence in people)
    columns = [
        ("№", 6), (_("Full name"), 38), (_("School (organization)"), 30), (_("Class"), 8),
        (_("Companions"), 15), (_("Phone"), 20), (_("E-mail"), 30), (_("Status"), 20),
        (_("Came to the event"), 12),
    ]  # fmt: skip
    if has_groups:
        columns.insert(4, (_("Group"), 24))
    if several:
        columns.append((_("Time"), 44))
    asked = questions_with_answers(event, [one for one, _presence in people], all_asked=True)
    columns += [(question.label, 24) for question in asked]
    status, mark = in_words()
    titles = {slot.id: titled(slot) for slot in slots}
    rows = [
        (
            number,
            (person := registration.person).full_name,
            person.school_title,
            person.class_title,
            *(
                [registration.group.full_title if registration.group else None]
                if has_groups
                else []
            ),
            registration.companions or None,
            registration.phone or person.phone,
            registration.email or person.email,
            status[registration.status],
            mark[presence],
            *([titles[registration.slot_id]] if several else []),
            *(cell(question, registration.answers or {}) for question in asked),
        )
        for number, (registration, presence) in enumerate(people, start=1)
    ]
    above = [event.title, event.organization.name]
    if not several:
        above += list(titles.values())
    return spreadsheets.workbook(_("Participants"), columns, rows, above=above)


def in_words() -> tuple[dict[Status, str], dict[Presence | None, str]]:
    return (
        {
            Status.CONFIRMED: _("has a seat"),
            Status.AWAITING_CONSENT: _("waits for a parent’s agreement"),
            Status.WAITLISTED: _("on the waitlist"),
            Status.CANCELLED: _("cancelled registration"),
            Status.EXPIRED: _("no answer in time"),
            Status.APPLIED: _("has applied"),
            Status.OFFERED: _("is offered a seat"),
            Status.DECLINED: _("not accepted"),
        },
        {
            Presence.PRESENT: _("yes"),
            Presence.ABSENT: _("no"),
            Presence.EXCUSED: _("excused"),
            None: "",
        },
    )


def titled(slot: Slot) -> str:
    """«23 ноября 2026 г., 14:00–15:30 · Первый поток»."""
    return " · ".join(filter(None, (span(slot.starts_at, slot.ends_at), slot.title)))
