"""CSV as Excel and school journals export it."""

import csv
import io
import re
from collections import Counter

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
DELIMITERS = ";,\t"  # between equals the first is taken
LINES_LOOKED_AT = 50
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
DECLARED = re.compile(r"sep=(.)\r?\n")


def decoded(content: bytes) -> str:
    """Raises ValueError when this is no text."""
    text = content.decode(encoding_of(content))
    if NOT_TEXT.search(text):
        raise ValueError("control characters")
    return text


def encoding_of(content: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def rows_of_text(content: bytes) -> list[list[str | None]]:
    """Raises ValueError or csv.Error when this is no table."""
    text = decoded(content)
    declared = DECLARED.match(text)
    delimiter = declared[1] if declared else likely_delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = [[cell if cell.strip() else None for cell in row] for row in rows]
    if declared:
        found[0] = []  # still a row, so that numbers agree with Excel’s
    return found


def likely_delimiter(text: str) -> str:
    """The sign that stands equally often in the most lines, quoted parts not counted."""
    # A quotation mark that nobody closes takes all the rest along: looked through once.
    unquoted = re.sub(r'"(?:[^"]|"")*+(?:"|\Z)', "", text[:50_000])
    lines = [line for line in unquoted.splitlines() if line.strip()][:LINES_LOOKED_AT]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
        often, agreed = max(((count, n) for n, count in counts.items()), default=(0, 0))
        return often, agreed

    return max(DELIMITERS, key=agreement)
