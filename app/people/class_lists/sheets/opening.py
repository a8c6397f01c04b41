"""Opens a file that somebody sent: in a process of its own (workbench), with limits of rows,
columns, cells, letters and merged cells.

Two cells at the ends of a sheet make the reader ask for 500 GB, and what fails to get its
memory in Rust ends the whole process. So it is this one that ends, not the site's. Nothing
here knows Flask or the database.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from app.people.class_lists.sheets.text_files import rows_of_text
from app.workbench.refusal import Refused

ROWS = 6_000
ALL_ROWS = 60_000  # blank ones between them counted
COLUMNS = 500
CELLS = 150_000
LETTERS = 2_000_000
LONGEST = 2_000  # letters of a cell: enough to see that it is too long
MERGES, MERGED_CELLS = 20_000, 60_000

MOST_UNPACKED = 60 * 2**20
MOST_PARTS = 2_000
MOST_RATIO = 200  # text of a real list packs 5 to 30 times
LARGE = 2**20

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
DIRECTORY_ENTRY = b"PK\x01\x02"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What comes as «list.xlsx» and is none: pictures, papers, archives, pages of a journal.
OTHERS = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*"),
    *(b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ", b"\x7fELF", b"<"),
)


def opened(content: bytes) -> tuple[None, bytes]:
    """The sheets as JSON. What it is, the first bytes tell, not the name."""
    return None, json.dumps(list(tables_of(content)), default=marked).encode()


def tables_of(content: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    if content.startswith(ZIP):
        refuse_bombs(content)
        yield from sheets(content)
    elif content.startswith(OLE):
        if ENCRYPTED in content:
            raise Refused("password")
        yield from sheets(content)
    elif content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(OTHERS):
        raise Refused("not a table")
    else:
        try:
            found = rows_of_text(content)
            yield "", list(rows(found, {}, Limits()))
        except (ValueError, csv.Error):
            raise Refused("not a table") from None


def refuse_bombs(content: bytes) -> None:
    """Look at what the archive says of itself. If it lies, the limits of memory bear it."""
    if content.count(DIRECTORY_ENTRY) > 2 * MOST_PARTS:
        raise Refused("complex")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused("broken") from None
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("password")
    if not names & {"xl/workbook.xml", "content.xml"}:
        raise Refused("not a table")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("complex")
    if any(is_bomb(part) for part in parts):
        raise Refused("complex")


def is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > LARGE and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def sheets(content: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """The sheets a teacher sees, without the blank ends of rows and of the sheet."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(content))
        limits = Limits()
        for about in book.sheets_metadata:
            table = about.typ == calamine.SheetTypeEnum.WorkSheet
            if table and about.visible == calamine.SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_name(about.name)
                cells = sheet.to_python(skip_empty_area=False)
                yield sheet.name, list(rows(cells, merged_down(sheet), limits))
    except calamine.PasswordError:
        raise Refused("password") from None
    except (calamine.CalamineError, OSError):
        raise Refused("broken") from None


class Limits:
    """What the sheets hold together."""

    rows = all_rows = cells = letters = 0

    def count(self, row: list[Any], blank: int) -> None:
        self.rows += 1
        self.all_rows += 1 + blank
        self.cells += len(row)
        self.letters += sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
        if self.rows > ROWS or self.all_rows > ALL_ROWS:
            raise Refused("rows")
        if len(row) > COLUMNS or self.cells > CELLS or self.letters > LETTERS:
            raise Refused("complex")


def rows(
    given: Iterable[list[Any]], repeated: dict[int, list[int]], limits: Limits
) -> Iterator[list[Any]]:
    """Without blank ends. ``repeated``: places that show what stands above them."""
    above: dict[int, Any] = {}
    blank = 0
    for number, cells in enumerate(given):
        row = [shortened(cell) for cell in cells]
        for place in repeated.get(number, ()):
            row[place] = above.get(place)
        above = dict(enumerate(row)) if number + 1 in repeated else {}
        while row and row[-1] is None:
            row.pop()
        if not row:
            blank += 1
            continue
        limits.count(row, blank)
        yield from ([] for _ in range(blank))
        blank = 0
        yield row


def merged_down(sheet: Any) -> dict[int, list[int]]:
    """Row → columns that show what stands above: a class written once for its pupils. Merged
    cells of a real sheet do not overlap: they are no more than its cells."""
    repeated: dict[int, list[int]] = {}
    _, last_column = sheet.end or (0, -1)
    merges = sheet.merged_cell_ranges or ()
    if len(merges) > MERGES:
        raise Refused("complex")
    cells = 0
    for (top, left), (bottom, right) in merges:
        if left == right <= last_column and bottom - top < ROWS:
            cells += bottom - top
            if cells > MERGED_CELLS:
                raise Refused("complex")
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
