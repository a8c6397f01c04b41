"""Those who have been nowhere, as a spreadsheet; and where they could go."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _

from app.attendance.coverage.figures import Uncovered
from app.events.queries import Card, Selection, find_events
from app.files import spreadsheets
from app.people.models import Category, Guardianship

MOST_EVENTS, LOOKED_THROUGH = 12, 100


def contacts(guardianship: Guardianship) -> str:
    """«Бадмаева Герел, +7 961 …, mother@mail.ru»: what is known of a guardian."""
    name = guardianship.name or (guardianship.user.display_name if guardianship.user else "")
    return ", ".join(filter(None, (name, guardianship.phone, guardianship.address)))


def suiting(grades: Collection[int]) -> list[Card]:
    """Coming events with seats that are for pupils of one of these grades, soonest first."""
    found = find_events(Selection(free=True), size=LOOKED_THROUGH)
    return [card for card in found.items if suits(card, grades)][:MOST_EVENTS]


def suits(card: Card, grades: Collection[int]) -> bool:
    for_pupils = not card.audience or Category.PUPIL in card.audience
    lowest, highest = card.grade_from or 1, card.grade_to or 11
    return for_pupils and any(lowest <= grade <= highest for grade in grades)


def spreadsheet(found: Sequence[Uncovered], *, title: str) -> bytes:
    """One row for each pupil, for Excel."""
    columns = [
        ("№", 6), (_("Class"), 8), (_("Full name"), 38), (_("Parents"), 60),
    ]  # fmt: skip
    pupils = [(one, pupil) for one in found for pupil in one.pupils]
    rows = [
        (
            number,
            one.school_class.title,
            pupil.full_name,
            "; ".join(contacts(guardian) for guardian in one.guardians[pupil.id]),
        )
        for number, (one, pupil) in enumerate(pupils, start=1)
    ]
    return spreadsheets.workbook(_("To invite"), columns, rows, above=[title])
