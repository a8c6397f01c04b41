"""Reads a workbook in a process of its own: ``python -I workbook_process.py < list.xlsx``.

Two cells at the ends of a sheet make the reader ask for 500 GB, and what fails to get its
memory in Rust ends the whole process. So it is this one that ends, not the site's.

The answer is one JSON: the sheets, or ``{"refused": why}``.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

MEMORY = 768 * 2**20
SECONDS = 20
ROWS = 6_000
LETTERS = 20_000_000
LONGEST = 2_000  # letters of a cell: enough to see that it is too long


class Refused(Exception):
    pass


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = json.dumps(list(sheets(sys.stdin.buffer.read())), default=marked)
    except Refused as refusal:
        answer = json.dumps({"refused": str(refusal)})
    sys.stdout.write(answer)


def sheets(content: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """The sheets a teacher sees, without the blank ends of rows and of the sheet."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(content))
        limits = Limits()
        for sheet in book.sheets_metadata:
            table = sheet.typ == calamine.SheetTypeEnum.WorkSheet
            if table and sheet.visible == calamine.SheetVisibleEnum.Visible:
                yield sheet.name, list(rows(book.get_sheet_by_name(sheet.name), limits))
    except calamine.PasswordError:
        raise Refused("password") from None
    except (calamine.CalamineError, OSError):
        raise Refused("broken") from None


class Limits:
    """What the sheets hold together."""

    rows = letters = 0

    def count(self, row: list[Any]) -> None:
        self.rows += 1
        self.letters += sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
        if self.rows > ROWS:
            raise Refused("rows")
        if self.letters > LETTERS:
            raise Refused("complex")


def rows(sheet: Any, limits: Limits) -> Iterator[list[Any]]:
    repeated = merged_down(sheet)
    above: dict[int, Any] = {}
    blank = 0
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        row = [shortened(cell) for cell in cells]
        for place in repeated.get(number, ()):
            row[place] = above.get(place)
        above = dict(enumerate(row)) if number + 1 in repeated else {}
        while row and row[-1] is None:
            row.pop()
        if not row:
            blank += 1
            continue
        limits.count(row)
        yield from ([] for _ in range(blank))
        blank = 0
        yield row


def merged_down(sheet: Any) -> dict[int, list[int]]:
    """Row → columns that show what stands above: a class written once for its pupils."""
    repeated: dict[int, list[int]] = {}
    _, last_column = sheet.end or (0, -1)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right <= last_column and bottom - top < ROWS:
            for number in range(top + 1, bottom + 1):
                repeated.setdefault(number, []).append(left)
    return repeated


def shortened(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:LONGEST] if cell.strip() else None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def marked(cell: object) -> object:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return str(cell)  # a time, a length of time


if __name__ == "__main__":
    main()
