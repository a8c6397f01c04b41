"""Lists of an event on paper: to be signed, filled in, handed over.

In Russian whoever prints them: they are signed and stamped in Russia.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app.attendance.models import Presence
from app.events.models import Event, Slot
from app.papers.lists import wording
from app.papers.lists.choices import Choice, ListPaper
from app.papers.lists.columns import (
    Teller,
    column_of,
    heading_of,
    on_paper,
    teller_of,
    tellers,
    widths_of,
)
from app.papers.lists.contents import Found, found, slots_of
from app.papers.lists.parts import Adult, Part, parts_of
from app.papers.lists.people import Participant
from app.press import orders, printer, shelf
from app.registrations.models import Status
from app.web.filters import days

MOST_TIMES = 3  # stand above one list
Row = tuple[tuple[str, ...], bool]  # the texts of its cells; whether it is a heading


@dataclass(frozen=True)
class Paper:
    """All that stands on a list, in words."""

    title: str
    columns: Sequence[tuple[str, float, str]]  # heading, millimetres, alignment
    parts: Sequence[tuple[list[Row], dict[str, Any]]]  # rows; what stands above and below
    footer: str
    landscape: bool


def pdf(event: Event, choice: Choice) -> bytes:
    """The list; one that was printed already comes from the shelf."""
    slots = slots_of(event, choice)
    with force_locale("ru"):
        on_list = found(event, choice)
    key = key_of(event, choice, on_list, slots)
    return shelf.kept(key, lambda: printed(written(event, choice, on_list)))


def key_of(event: Event, choice: Choice, on_list: Found, slots: Sequence[Slot]) -> str:
    """All that the list is written from: where this is the same, the paper is the same. Not
    its words: writing a thousand rows takes as long as reading them."""
    return shelf.key_of(
        "list",
        choice,
        on_list.people,
        on_list.groups,
        [(id_, one.label) for id_, one in on_list.questions.items()],
        on_list.results,
        on_list.consents,
        (event.title, event.kind_code, event.venue, event.organization.name),
        [(one.id, one.title, one.room, one.starts_at, one.ends_at) for one in slots],
    )


def written(event: Event, choice: Choice, on_list: Found) -> Paper:
    """Raises RuleBroken when there are more columns than a page takes."""
    slots = slots_of(event, choice)
    with force_locale("ru"):
        known = tellers(on_list, slots)
        widths = widths_of(choice.columns, landscape=choice.landscape)
        columns = [
            (heading_of(code, on_list), width, column_of(code).align)
            for code, width in zip(choice.columns, widths, strict=True)
        ]
        tell = [telling(code, choice, on_list, known) for code in choice.columns]
        parts = [
            (list(rows_of(part, choice, tell)), above_and_below(event, choice, part))
            for part in parts_of(choice, on_list, slots)
        ]
        title = f"{choice.preset.title}: {event.title}"
    return Paper(title, columns, parts, event.title, choice.landscape)


def printed(paper: Paper) -> bytes:
    with force_locale("ru"):
        return printer.printed_lists(
            "pdf/list.html",
            [
                printer.Part(
                    [orders.Row(cells, is_heading) for cells, is_heading in rows],
                    context,
                    paper.footer,
                )
                for rows, context in paper.parts
            ],
            [orders.Column(*one) for one in paper.columns],
            title=paper.title,
            landscape=paper.landscape,
        )


# The rows


@dataclass(frozen=True)
class Telling:
    """What a column says about a participant, and about an accompanying adult."""

    code: str
    of_person: Teller
    of_adult: Callable[[Adult], str] | None


def telling(code: str, choice: Choice, on_list: Found, known: Mapping[str, Teller]) -> Telling:
    of_adult: dict[str, Callable[[Adult], str]] = {
        "name": lambda adult: adult_in_words(adult, choice),
        "school": lambda adult: adult.group.school,
        "group": lambda adult: adult.group.title,
    }
    of_person = named(choice) if code == "name" else teller_of(code, on_list, known)
    return Telling(code, of_person, of_adult.get(code))


def adult_in_words(adult: Adult, choice: Choice) -> str:
    if choice.together:
        return _("%(name)s — accompanies the class", name=adult.name)
    return _("%(name)s — accompanies %(group)s", name=adult.name, group=adult.group.title)


def named(choice: Choice) -> Teller:
    """The name with what must be seen beside it, where no column says it."""
    lacks = _("a parent’s agreement is needed")
    says_companions = "companions" not in choice.columns
    says_consent = not {"consent", "status"} & set(choice.columns)

    def name(one: Participant) -> str:
        text = one.name
        if one.companions and says_companions:
            text += f" +{one.companions}"
        if says_consent and one.status is Status.AWAITING_CONSENT:
            text += f" — {lacks}"
        return text

    return name


def rows_of(part: Part, choice: Choice, tell: Sequence[Telling]) -> Iterator[Row]:
    number = rows = 0
    columns = [(one.code == "number", one.of_person) for one in tell]
    for section in part.sections:
        rows += bool(section.title) + len(section.people) + len(section.adults)
        if section.title:
            yield (section.title,), True
        for person in section.people:
            number += 1
            cells = (str(number) if is_it else on_paper(of(person)) for is_it, of in columns)
            yield tuple(cells), False
        for adult in section.adults:
            yield tuple(one.of_adult(adult) if one.of_adult else "" for one in tell), False
    blank = choice.blank_after(rows)
    if blank and any(section.title for section in part.sections):
        yield (_("Those who come without signing up"),), True
    for next_one in range(number + 1, number + blank + 1):
        yield tuple(str(next_one) if is_it else "" for is_it, _of in columns), False


# Above and below them


def above_and_below(event: Event, choice: Choice, part: Part) -> dict[str, Any]:
    """For the template: words and numbers alone."""
    slots = [part.slot] if part.slot else slots_of(event, choice)
    counted = Counter(one.presence for one in part.people)
    return {
        "paper": choice.paper.value,
        "heading": paper_heading(choice),
        "organization": event.organization.name,
        "school": part.school,
        "event": event.title,
        "kind": str(event.kind.title),
        "when": when(slots),
        "place": ", ".join(filter(None, (event.venue, part.slot.room if part.slot else ""))),
        "group": part.group.title if part.group else "",
        "people": len(part.people),
        "adults": len(part.adults),
        "came": counted[Presence.PRESENT],
        "excused": counted[Presence.EXCUSED],
        "absent": counted[Presence.ABSENT],
        "has_companions": "companions" not in choice.columns
        and any(one.companions for one in part.people),
        "explains_marks": "mark" in choice.columns,
        "has_blank_rows": choice.blank_after(len(part.people)) > 0,
    }


def paper_heading(choice: Choice) -> str:
    return {
        ListPaper.REGISTRATION: _("Attendance list of participants"),
        ListPaper.TURNOUT: _("Turnout list of participants"),
        ListPaper.GROUP: _("List of the group"),
        ListPaper.PROTOCOL: _("Protocol"),
        ListPaper.APPLICATION: _("Application for participation"),
    }.get(choice.paper, _("List of participants"))


def when(slots: Sequence[Slot]) -> str:
    """The time of one slot; of several, as many as can be read."""
    if not slots:
        return ""
    if len(slots) <= MOST_TIMES:
        return "; ".join(wording.titled(slot) for slot in slots)
    return days(min(one.starts_at for one in slots), max(one.ends_at for one in slots))
