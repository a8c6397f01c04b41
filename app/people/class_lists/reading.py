"""A file of a class list as rows that can be compared and kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.base import clock
from app.base.words.text import same_name
from app.people.class_lists.sheets.columns import Column
from app.people.class_lists.sheets.files import Cell, Table, read_tables, text_of
from app.people.class_lists.sheets.interpret import (
    ClassList,
    HeaderUnknown,
    ListedGuardian,
    ListRow,
    interpret,
    without_forbidden,
)
from app.people.classes.actions import first_year_of
from app.people.models import SchoolClass

Sheet = dict[str, Any]  # a table as JSON: its name, its rows


@dataclass
class ReadRow:
    """A row of the list: ``facts`` as they are kept, ``refusal`` where it cannot be taken."""

    number: int
    facts: dict[str, Any]
    sheet: str = ""
    refusal: str = ""


@dataclass
class Reading:
    """What a file holds: rows, or, where no header was known, tables to be named by hand."""

    rows: list[ReadRow] = field(default_factory=list)
    tables: list[Sheet] | None = None
    left_out: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(content: bytes, filename: str, *, for_class: SchoolClass | None = None) -> Reading:
    """Read the file. Raises ListUnreadable. Takes long: not inside a transaction."""
    tables = read_tables(content, filename)
    try:
        found = interpret(tables, class_title=title_of(for_class), today=clock.today())
    except HeaderUnknown:
        filled = [table for table in without_forbidden(tables) if any(map(any, table.rows))]
        return Reading(tables=[as_json(table) for table in filled])
    return understood(found, for_class)


def read_named(
    sheets: Iterable[Sheet], columns: Sequence[str], *, for_class: SchoolClass | None = None
) -> Reading:
    """Read what was kept once more, with the columns named by hand."""
    tables = [Table(sheet["name"], sheet["rows"]) for sheet in sheets]
    mapping = {place: Column(column) for place, column in enumerate(columns)}
    found = interpret(tables, mapping=mapping, class_title=title_of(for_class), today=clock.today())
    return understood(found, for_class)


def title_of(class_: SchoolClass | None) -> str:
    return class_.title if class_ and not class_.has_left else ""


def as_json(table: Table) -> Sheet:
    return {"name": table.name, "rows": [[plain(cell) for cell in row] for row in table.rows]}


def plain(cell: Cell) -> str | int | float | None:
    return text_of(cell) if isinstance(cell, date) else cell


def understood(found: ClassList, for_class: SchoolClass | None) -> Reading:
    rows = [read_row(row, for_class) for row in found.rows]
    return Reading(rows, None, found.left_out, found.forbidden, found.notes)


def read_row(row: ListRow, for_class: SchoolClass | None) -> ReadRow:
    told = facts(
        row.last_name,
        row.first_name,
        row.patronymic,
        birth_date=row.birth_date.isoformat() if row.birth_date else None,
        birth_year=row.birth_year,
        first_year=first_year_of(row.grade) if row.grade else None,
        letter=row.letter,
        phone=row.phone,
        email=row.email,
        guardians=guardians_of(row.guardians),
    )
    refusal = row.refusal or of_another_class(told, for_class)
    return ReadRow(row.number, told, row.sheet, refusal)


def of_another_class(told: dict[str, Any], for_class: SchoolClass | None) -> str:
    """On the page of a class only its own list is loaded."""
    if for_class is None or (for_class.first_year, for_class.letter) == (
        told["first_year"],
        told["letter"],
    ):
        return ""
    return _(
        "Not of class %(title)s. Load lists of several classes on the page of all classes.",
        title=for_class.title,
    )


def guardians_of(listed: Iterable[ListedGuardian]) -> list[dict[str, str]]:
    """Each once: the same name is the same parent."""
    found: dict[str, dict[str, str]] = {}
    for one in listed:
        told = {"name": one.name, "phone": one.phone, "email": one.email}
        if any(told.values()):
            found.setdefault(same_name(one.name) or one.phone or one.email, told)
    return list(found.values())


def facts(
    last_name: str,
    first_name: str,
    patronymic: str = "",
    *,
    birth_date: str | None = None,
    birth_year: int | None = None,
    first_year: int | None = None,
    letter: str = "",
    phone: str = "",
    email: str = "",
    guardians: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """The facts of a row: JSON, dates written as in ISO, the class by the year it began."""
    return {
        "last_name": last_name,
        "first_name": first_name,
        "patronymic": patronymic,
        "birth_date": birth_date,
        "birth_year": birth_year,
        "first_year": first_year,
        "letter": letter,
        "phone": phone,
        "email": email,
        "guardians": guardians or [],
    }
