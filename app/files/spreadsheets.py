"""Tables for Excel."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | datetime | None


def workbook(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
    *,
    above: Sequence[str] = (),
) -> bytes:
    """An .xlsx of one sheet: lines above, a header that stays in view, the rows.

    ``columns`` are (heading, width in characters). Text is always written as text: a
    name that begins with «=» stays a name and never becomes a formula.
    """
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title[:31])
    big = book.add_format({"bold": True, "font_size": 13})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm", "align": "left"})
    for line, text in enumerate(above):
        sheet.write_string(line, 0, text, big if line == 0 else None)
    top = len(above) + 1 if above else 0
    for place, (heading, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, heading, head)
    last = top
    for last, row in enumerate(rows, start=top + 1):
        for place, cell in enumerate(row):
            write(sheet, last, place, cell, day=day, moment=moment)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, last, len(columns) - 1)
    sheet.repeat_rows(top)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    book.close()
    return file.getvalue()


def write(
    sheet: Worksheet, row: int, place: int, cell: Cell, *, day: Format, moment: Format
) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, moment)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    elif cell is not None:
        sheet.write_number(row, place, cell)
