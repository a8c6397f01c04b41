"""A file that somebody sent, as tables. What it is, its first bytes tell, not its name."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.people.class_lists.text_files import rows_of_text

Cell = str | int | float | date | datetime | bool | None

MOST_ROWS = 6_000
MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 60 * 2**20
MOST_PARTS = 2_000
MOST_RATIO = 200  # text of a real list packs 5 to 30 times
LARGE = 2**20
SECONDS = 30

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What comes as «list.xlsx» and is none: pictures, papers, archives, pages of a journal.
OTHERS = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*"),
    *(b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ", b"\x7fELF", b"<"),
)
READER = Path(__file__).with_name("workbook_process.py")


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
    tables = tables_of(content, filename)
    filled = sum(any(cell is not None for cell in row) for table in tables for row in table.rows)
    if not filled:
        raise ListUnreadable(_("There is nothing in the table. Choose the file with the list."))
    if filled > MOST_ROWS:
        raise too_many_rows()
    return tables


def tables_of(content: bytes, filename: str) -> list[Table]:
    if content.startswith(ZIP):
        refuse_bombs(content)
        return tables_of_workbook(content)
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise protected()
        return tables_of_workbook(content)
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(OTHERS):
        raise not_a_table()
    try:
        rows = rows_of_text(content)
    except (ValueError, csv.Error):
        raise not_a_table() from None
    return [Table("", [trimmed(row) for row in rows])]


def refuse_bombs(content: bytes) -> None:
    """Look at what the archive says of itself. If it lies, the reader’s process bears it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise broken() from None
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise protected()
    if not names & {"xl/workbook.xml", "content.xml"}:
        raise not_a_table()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise too_complex()
    if any(is_bomb(part) for part in parts):
        raise too_complex()


def is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > LARGE and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def tables_of_workbook(content: bytes) -> list[Table]:
    """Ask the reader’s process; whatever happens to it is the file’s fault."""
    try:
        process = subprocess.run(  # noqa: S603 - our own file, no words of the user’s
            [sys.executable, "-I", str(READER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_complex() from None
    if process.returncode:
        raise too_complex()
    answer = json.loads(process.stdout, object_hook=as_sent)
    if isinstance(answer, dict):
        raise REFUSALS[answer["refused"]]()
    return [Table(name, rows) for name, rows in answer]


def as_sent(given: dict[str, str]) -> Any:
    """The marks of the reader’s process back into dates."""
    if "moment" in given:
        return datetime.fromisoformat(given["moment"])
    return date.fromisoformat(given["day"]) if "day" in given else given


def trimmed(row: Sequence[Cell]) -> list[Cell]:
    """Without the blank cells at the end."""
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


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
