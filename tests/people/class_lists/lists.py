"""Lists made for the tests, and a short way to have them read."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

from app.base.config import ROOT
from app.people.class_lists.sheets.columns import Column
from app.people.class_lists.sheets.files import Cell, Table
from app.people.class_lists.sheets.interpret import ClassList, ListRow, interpret

TODAY = date(2026, 11, 24)
GIVEN = ROOT / "data" / "class_lists"
OLD_EXCEL = Path(__file__).parent / "files" / "7v_excel_97.xls"


def xlsx(*rows: Sequence[Cell], sheet: str = "Лист1", hidden: str = "", merged: str = "") -> bytes:
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, (date, datetime)):
                page.write_datetime(at, place, cell, day)
            else:
                page.write(at, place, cell)
    if merged:
        page.merge_range(merged, rows[1][-1])
    if hidden:
        other = book.add_worksheet(hidden)
        other.write(0, 0, "ФИО")
        other.hide()
    book.close()
    return file.getvalue()


def ods(*rows: list[str], sheet: str = "Лист1") -> bytes:
    lines = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(text)}</text:p></table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="'
            f'{names}:manifest:1.0"></manifest:manifest>',
            "content.xml": content,
        }
    )


def archive(parts: dict[str, str | bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return file.getvalue()


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    """The same workbook with some of its parts replaced."""
    with zipfile.ZipFile(BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    return archive({**parts, **changed})


def listed(
    *rows: list[Cell],
    sheet: str = "",
    class_title: str = "",
    mapping: dict[int, Column] | None = None,
) -> ClassList:
    tables = [Table(sheet, list(rows))]
    return interpret(tables, class_title=class_title, mapping=mapping, today=TODAY)


def one(*cells: Cell, header: list[Cell] | None = None, class_title: str = "9А") -> ListRow:
    """The one pupil of a list with this header."""
    (row,) = listed(header or ["ФИО", "Дата рождения"], list(cells), class_title=class_title).rows
    return row


def shown(rows: list[ListRow]) -> list[str]:
    """«Бадмаев Санджи Эрдниевич, 9А» of those who can be taken."""
    return [
        f"{row.last_name} {row.first_name} {row.patronymic}".strip() + f", {row.grade}{row.letter}"
        for row in rows
        if not row.refusal
    ]
