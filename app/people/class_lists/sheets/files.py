"""A file that somebody sent, as tables. What it is, its first bytes tell, not its name."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.workbench import workshop as workbench
from app.workbench.refusal import Refused

Cell = str | int | float | date | datetime | bool | None

MOST_ROWS = 6_000
MOST_BYTES = 20 * 2**20
BUDGET = workbench.Budget(memory=768, seconds=20, cpu=10)


@dataclass(frozen=True)
class Table:
    """A sheet. ``rows[0]`` is the row that Excel numbers 1."""

    name: str
    rows: list[list[Cell]]


class ListUnreadable(Exception):
    """The file is no list. The text is for the teacher: what is wrong, how to mend it."""


def read_tables(content: bytes, filename: str = "") -> list[Table]:
    """The sheets of a workbook, or the one table of a CSV file."""
    if not content.strip():
        raise ListUnreadable(_("The file is empty. Choose the file with the list."))
    if len(content) > MOST_BYTES:
        raise ListUnreadable(
            _("The file is too large: at most 20 MB. Leave only the list of pupils in it.")
        )
    tables = tables_of(content)
    filled = sum(any(cell is not None for cell in row) for table in tables for row in table.rows)
    if not filled:
        raise ListUnreadable(_("There is nothing in the table. Choose the file with the list."))
    if filled > MOST_ROWS:
        raise too_many_rows()
    return tables


def tables_of(content: bytes) -> list[Table]:
    """Ask a process that may be killed; whatever happens to it is the file’s fault."""
    try:
        answer = workbench.run(
            "app.people.class_lists.sheets.opening:opened", content, budget=BUDGET
        )
    except workbench.TooMuch:
        raise too_complex() from None
    except Refused as refusal:
        raise REFUSALS[str(refusal)]() from None
    found = json.loads(answer.content, object_hook=as_sent)
    return [Table(name, rows) for name, rows in found]


def as_sent(given: dict[str, str]) -> Any:
    """The marks of the reader’s process back into dates."""
    if "moment" in given:
        return datetime.fromisoformat(given["moment"])
    return date.fromisoformat(given["day"]) if "day" in given else given


def not_a_table() -> ListUnreadable:
    return ListUnreadable(
        _(
            "This file is not a table that can be read. Open the list in Excel and save it "
            "as «Excel Workbook (*.xlsx)»."
        )
    )


def broken() -> ListUnreadable:
    return ListUnreadable(
        _("The file is damaged. Open it in Excel, save it under another name and send that.")
    )


def protected() -> ListUnreadable:
    return ListUnreadable(
        _(
            "The file is protected with a password. Open it in Excel, take the password off "
            "(File, Info, Protect Workbook) and save it."
        )
    )


def too_complex() -> ListUnreadable:
    return ListUnreadable(
        _("The file holds too much. Copy only the list into a new workbook and send that.")
    )


def too_many_rows() -> ListUnreadable:
    return ListUnreadable(
        _("More than 6,000 rows. Divide the list into several files, for example by grade.")
    )


REFUSALS = {
    "not a table": not_a_table,
    "password": protected,
    "broken": broken,
    "rows": too_many_rows,
    "complex": too_complex,
}


def text_of(cell: Cell) -> str:
    """As a person reads it in the table."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
