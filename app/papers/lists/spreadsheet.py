"""Lists of an event as spreadsheets: one sheet, a row for each, nothing across columns, so
that it can be sorted and filtered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import gettext as _

from app.events.models import Event, Slot
from app.files import spreadsheets
from app.papers.lists import wording
from app.papers.lists.choices import QUESTION, Choice, ListPaper, Pages, usual
from app.papers.lists.columns import (
    Teller,
    column_of,
    heading_of,
    in_their_order,
    teller_of,
    tellers,
)
from app.papers.lists.contents import Found, found, slots_of
from app.papers.lists.parts import Part, parts_of


def table_with_contacts(event: Event, slots: Sequence[Slot]) -> bytes:
    """Everybody with a seat or on the waitlist, with contacts, marks and answers: each question
    once, in the order of the form, those taken off it at the end."""
    choice = usual(ListPaper.CONTACTS, tuple(slot.id for slot in slots))
    on_list = found(event, choice, all_answers=True)
    asked = [f"{QUESTION}{id_}" for id_ in on_list.questions]
    return drawn(event, replace(choice, columns=(*choice.columns, *asked)), on_list)


def spreadsheet(event: Event, choice: Choice) -> bytes:
    return drawn(event, choice, found(event, choice))


def drawn(event: Event, choice: Choice, on_list: Found) -> bytes:
    slots = slots_of(event, choice)
    choice = with_what_headings_say(choice, on_list, slots)
    known = tellers(on_list, slots)
    columns = [(heading_of(code, on_list), column_of(code).characters) for code in choice.columns]
    tell = [(code, teller_of(code, on_list, known)) for code in choice.columns]
    parts = parts_of(choice, on_list, slots)
    above = [event.title, event.organization.name]
    if len(slots) == 1:
        above.append(wording.titled(slots[0]))
    if choice.paper is not ListPaper.CONTACTS:
        above.append(str(choice.preset.title))
    return spreadsheets.workbook(_("Participants"), columns, rows_of(parts, tell), above=above)


def with_what_headings_say(choice: Choice, on_list: Found, slots: Sequence[Slot]) -> Choice:
    """What stands on paper in headings, or beside names, gets columns."""
    said = {*choice.columns}
    if on_list.groups and (choice.together or choice.pages is Pages.GROUP):
        said.add("group")
    if len(slots) > 1 and choice.pages is Pages.SLOT:
        said.add("time")
    if choice.pages is Pages.SCHOOL:
        said.add("school")
    if any(one.companions for one in on_list.people):
        said.add("companions")
    return replace(choice, columns=in_their_order(said, asked=choice.columns))


def rows_of(
    parts: Sequence[Part], tell: Sequence[tuple[str, Teller]]
) -> Iterator[Sequence[spreadsheets.Cell]]:
    number = 0
    for part in parts:
        for section in part.sections:
            for person in section.people:
                number += 1
                yield [number if code == "number" else of(person) for code, of in tell]
            for adult in section.adults:
                words = {
                    "name": _("%(name)s — accompanies the class", name=adult.name),
                    "school": adult.group.school,
                    "group": adult.group.title,
                }
                yield [words.get(code) for code, _of in tell]
