"""What stands in each column of a list, and how wide the columns are."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _

from app.base.rules import RuleBroken
from app.events.models import Slot
from app.events.questions.models import Question
from app.files.spreadsheets import Cell
from app.papers.lists import wording
from app.papers.lists.choices import ANSWER, COLUMNS, QUESTION, ListColumn
from app.papers.lists.contents import Found, GroupOnList
from app.papers.lists.people import Participant
from app.registrations.answers import queries as answer_queries
from app.web.filters import day

PORTRAIT, LANDSCAPE = 186.0, 273.0  # millimetres between the margins of A4
LEAST_SHARE = 0.58  # narrower than so much of what a column should have is not readable
Teller = Callable[[Participant], Cell]


def column_of(code: str) -> ListColumn:
    return COLUMNS.get(code, ANSWER)


def heading_of(code: str, found: Found) -> str:
    question = found.questions.get(question_id(code))
    return question.label if question else str(column_of(code).title)


def question_id(code: str) -> int:
    return 0 if code in COLUMNS else int(code.removeprefix(QUESTION))


def in_their_order(codes: Collection[str], *, asked: Sequence[str]) -> tuple[str, ...]:
    """These columns as they are printed; ``asked``: the questions in the order of the form."""
    questions = [one for one in asked if one not in COLUMNS]
    behind = list(COLUMNS).index("mark")
    known = [*list(COLUMNS)[:behind], *questions, *list(COLUMNS)[behind:]]
    return tuple(one for one in known if one in codes)


def tellers(found: Found, slots: Sequence[Slot]) -> Mapping[str, Teller]:
    """Of each column that is no question, in the language of now."""
    statuses, marks, consents = wording.statuses(), wording.marks(), wording.consents()
    times = {slot.id: wording.titled(slot) for slot in slots}
    signs = wording.SIGNS

    def of_group(tell: Callable[[GroupOnList], str]) -> Teller:
        def told(one: Participant) -> Cell:
            group = found.group_of(one)
            return tell(group) if group else None

        return told

    return {
        "name": lambda one: one.name,
        "school": lambda one: one.school,
        "class": lambda one: one.class_title,
        "birth_year": lambda one: one.year_of_birth,
        "group": of_group(lambda group: group.title),
        "adults": of_group(lambda group: ", ".join(group.adults)),
        "teacher": of_group(lambda group: group.teacher),
        "companions": lambda one: one.companions or None,
        "phone": lambda one: one.phone,
        "email": lambda one: one.email,
        "status": lambda one: statuses[one.status],
        "consent": lambda one: consents[found.consents[one.id]],
        "presence": lambda one: marks[one.presence],
        "time": lambda one: times[one.slot_id],
        "mark": lambda one: signs[one.presence] if one.presence else None,
        "result": lambda one: found.results.get(one.id),
    }


def answer_teller(question: Question | None) -> Teller:
    if question is None:  # deleted since the address was made
        return nothing
    return lambda one: answer_queries.cell(question, one.answers)


def nothing(_one: Participant) -> Cell:
    """For the pen."""
    return None


def teller_of(code: str, found: Found, known: Mapping[str, Teller]) -> Teller:
    if code in COLUMNS:
        return known.get(code, nothing)
    return answer_teller(found.questions.get(question_id(code)))


def on_paper(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return day(cell, "dd.MM.yyyy")
    return cell if isinstance(cell, str) else answer_queries.in_words(cell)


def widths_of(codes: Sequence[str], *, landscape: bool) -> list[float]:
    """Millimetres: what is left goes to the columns that have use for it; where it is too
    little, all become narrower alike."""
    columns = [column_of(code) for code in codes]
    room = LANDSCAPE if landscape else PORTRAIT
    wanted = sum(one.width for one in columns)
    if room / wanted < LEAST_SHARE:
        raise RuleBroken(
            _("So many columns cannot be read on a sheet of A4: take some away, or use Excel.")
            if landscape
            else _(
                "So many columns cannot be read: turn the sheet to landscape, or take some away."
            )
        )
    if room < wanted:
        return [one.width * room / wanted for one in columns]
    growing = sum(one.width for one in columns if one.grows)
    if not growing:
        return [one.width * room / wanted for one in columns]
    factor = 1 + (room - wanted) / growing
    return [one.width * factor if one.grows else one.width for one in columns]
