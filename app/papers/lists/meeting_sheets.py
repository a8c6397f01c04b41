"""«Ведомость посещаемости»: people and the meetings of a course, on paper and for Excel."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app.attendance.meetings.queries import Line, lines_of
from app.attendance.models import Presence
from app.base import clock
from app.events.models import Event, Slot
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.files import spreadsheets
from app.papers.lists.wording import SIGNS, titled
from app.press import printer

ON_A_PAGE = 16  # meetings beside each other on A4 landscape
BLANK_ROWS = 3


@dataclass(frozen=True)
class Part:
    """The meetings that stand on one page; the last one has the sums."""

    meetings: Sequence[Meeting]
    first: int
    is_last: bool


def meeting_sheet(event: Event, slot: Slot) -> bytes:
    """In Russian whoever prints it, like every paper that is signed. What is not marked
    yet stays empty for the pen."""
    meetings = meetings_of([slot])[slot.id]
    with force_locale("ru"):
        return printer.render(
            "pdf/meeting_sheet.html",
            event=event,
            slot=slot,
            title=titled(slot),
            lines=lines_of(slot),
            blank=range(BLANK_ROWS),
            parts=parts_of(meetings),
            signs=SIGNS,
            came=came_to,
        )


def parts_of(meetings: Sequence[Meeting]) -> list[Part]:
    starts = range(0, max(1, len(meetings)), ON_A_PAGE)
    return [
        Part(meetings[at : at + ON_A_PAGE], at + 1, at + ON_A_PAGE >= len(meetings))
        for at in starts
    ]


def came_to(meeting: Meeting, lines: Sequence[Line]) -> int:
    return sum(line.at(meeting) is Presence.PRESENT for line in lines)


def spreadsheet(event: Event, slot: Slot) -> bytes:
    meetings = meetings_of([slot])[slot.id]
    columns = [
        ("№", 6), (_("Full name"), 38), (_("School (organization)"), 30), (_("Class"), 8),
        *((f"{clock.to_local(one.starts_at):%d.%m.%Y %H:%M}", 11) for one in meetings),
        (_("Was there"), 10),
    ]  # fmt: skip
    lines = lines_of(slot)
    rows: list[Sequence[spreadsheets.Cell]] = [
        (
            number,
            (person := line.registration.person).full_name,
            person.school_title,
            person.class_title,
            *(SIGNS.get(mark, "") if (mark := line.at(one)) else "" for one in meetings),
            line.came,
        )
        for number, line in enumerate(lines, start=1)
    ]
    sums = (None, _("Were there"), None, None, *(came_to(one, lines) for one in meetings), None)
    return spreadsheets.workbook(
        _("Attendance sheet"),
        columns,
        [*rows, sums],
        above=[event.title, event.organization.name, titled(slot)],
    )
