"""Where the columns of a sheet begin, and what they hold. A sheet may have several headers:
one for each class, or the same again on each printed page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from app.base.words.text import clean
from app.people.class_lists.sheets.classes import class_in_title
from app.people.class_lists.sheets.columns import (
    GUARDIAN,
    NAMES,
    SECOND_GUARDIAN,
    Column,
    understood,
)
from app.people.class_lists.sheets.files import Cell, Table, text_of
from app.people.class_lists.sheets.forbidden import looks_forbidden

ROWS_SHOWN = 8
TITLE_ROWS = 6
PROBABLE = re.compile(
    r"ф\W*и\W*о|фамили|имен|спис|обуч|учащ|учен|дет|реб|воспит|школьн|name|pup|stud|child",
    re.IGNORECASE,
)
PLAIN_NAME = re.compile(r"\bф\W{0,2}и\W{0,2}о\b|фамили|last name|full name", re.IGNORECASE)
PERSON = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?: [^\W\d_]+(?:-[^\W\d_]+)*){1,3}")
NOT_READ = {Column.NUMBER, Column.LEFT_OUT, Column.FORBIDDEN}
MANY = {*NOT_READ, *GUARDIAN, *SECOND_GUARDIAN}
OF_GUARDIAN = {
    (Column.PHONE, True): Column.GUARDIAN_PHONE,
    (Column.PHONE, False): Column.SECOND_GUARDIAN_PHONE,
    (Column.EMAIL, True): Column.GUARDIAN_EMAIL,
    (Column.EMAIL, False): Column.SECOND_GUARDIAN_EMAIL,
}


@dataclass(frozen=True)
class Header:
    """``at`` is the row's place; data begin at ``below``."""

    at: int
    below: int
    columns: tuple[Column, ...]
    texts: tuple[str, ...] = ()

    def named(self, column: Column) -> list[str]:
        return [
            text
            for text, its in zip(self.texts, self.columns, strict=False)
            if its is column and text
        ]

    @property
    def read(self) -> list[Column]:
        return [column for column in self.columns if column not in NOT_READ]

    def places(self, column: Column) -> list[int]:
        return self.places_of.get(column, [])

    @cached_property
    def places_of(self) -> dict[Column, list[int]]:
        found: dict[Column, list[int]] = {}
        for place, column in enumerate(self.columns):
            found.setdefault(column, []).append(place)
        return found


@dataclass
class Layout:
    """The headers of a sheet, and the rows above each that are titles."""

    headers: dict[int, Header] = field(default_factory=dict)
    titles: set[int] = field(default_factory=set)


def header_of_mapping(mapping: Mapping[int, Column]) -> Header:
    width = max(mapping, default=-1) + 1
    columns = [mapping.get(place, Column.LEFT_OUT) for place in range(width)]
    return Header(-1, 0, tuple(columns))


def layout_of(table: Table) -> Layout:
    layout = Layout()
    place = 0
    while place < len(table.rows):
        header = header_at(table.rows, place)
        if header:
            layout.headers[place] = header
            layout.titles |= set(titles_above(table.rows, place, first=len(layout.headers) == 1))
        place = header.below if header else place + 1
    return layout


def header_at(rows: Sequence[Sequence[Cell]], place: int) -> Header | None:
    texts = header_texts(rows[place])
    if not texts or not PROBABLE.search(" ".join(texts)):
        return None
    columns = [understood(text) for text in texts]
    known = sum(column is not Column.LEFT_OUT for column in columns)
    names = [text for text, its in zip(texts, columns, strict=True) if its in NAMES]
    if not names or (known < 2 and not PLAIN_NAME.search(names[0])):
        return None
    below = place + 1
    if below < len(rows) and (joined := with_second_row(texts, columns, rows[below])):
        texts, below = joined, place + 2
        columns = [understood(text) for text in texts]
    return Header(place, below, tuple(settled(columns)), tuple(texts))


def header_texts(row: Sequence[Cell]) -> list[str]:
    """Empty when the row has dates or numbers: then it is none."""
    if any(cell is not None and not isinstance(cell, str) for cell in row):
        return []
    return [clean(text_of(cell)) for cell in row]


def with_second_row(
    texts: list[str], columns: list[Column], row: Sequence[Cell]
) -> list[str] | None:
    """«Мать» over «ФИО» and «Телефон»: the headers of both rows put together."""
    below = header_texts(row)
    filled = [place for place, text in enumerate(below) if text]
    if len(filled) < 2 or any(understood(below[place]) is Column.LEFT_OUT for place in filled):
        return None
    names = [place for place, column in enumerate(columns) if column in NAMES]
    if any(place < len(below) and below[place] not in ("", texts[place]) for place in names):
        return None
    if all(place < len(texts) and below[place] == texts[place] for place in filled):
        return None  # the same header twice
    return list(put_together(texts, below))


def put_together(above: list[str], below: list[str]) -> Iterator[str]:
    group = ""
    for place in range(max(len(above), len(below))):
        upper = above[place] if place < len(above) else ""
        lower = below[place] if place < len(below) else ""
        group = upper or group
        if lower and lower != group:
            yield f"{group} {lower}".strip()
        else:
            yield upper


def settled(columns: Sequence[Column]) -> Iterator[Column]:
    """A phone right after a parent's name is the parent's; of two «ФИО» the first counts."""
    seen: set[Column] = set()
    before: Column | None = None
    for column in columns:
        mine = column
        if before in GUARDIAN or before in SECOND_GUARDIAN:
            mine = OF_GUARDIAN.get((column, before in GUARDIAN), column)
        if mine in seen and mine not in MANY:
            mine = Column.LEFT_OUT
        seen.add(mine)
        before = mine
        yield mine


def titles_above(rows: Sequence[Sequence[Cell]], place: int, *, first: bool) -> Iterator[int]:
    """The lines over a header: over the first all, over another up to the last pupil."""
    for above in range(place - 1, -1 if first else max(place - 1 - TITLE_ROWS, -1), -1):
        texts = [text for text in map(text_of, rows[above]) if text.strip()]
        if not first and (len(texts) > 2 or (texts and is_person(texts[0]))):
            return
        yield above


def is_person(text: str) -> bool:
    text = clean(text)
    words = text.split()
    capital = all(word[0].isupper() for word in words)
    number = text.isdecimal()
    return number or bool(capital and PERSON.fullmatch(text) and not class_in_title(text))


def forbidden_places(table: Table) -> dict[int, tuple[int, str]]:
    """Column → row and text of the header that forbids it, where no header was understood."""
    found: dict[int, tuple[int, str]] = {}
    filled = [place for place, row in enumerate(table.rows) if any(map(text_of, row))]
    for place in filled[:ROWS_SHOWN]:
        texts = header_texts(table.rows[place])
        if not any(character.isdecimal() for character in "".join(texts)):
            for column, text in enumerate(texts):
                if text and understood(text) is Column.FORBIDDEN:
                    found.setdefault(column, (place, text))
    return found


def without_forbidden(tables: Sequence[Table]) -> list[Table]:
    """The same tables with everything blanked that may not be kept."""
    return [cleaned(table) for table in tables]


def cleaned(table: Table) -> Table:
    headers = layout_of(table).headers
    loose = {} if headers else forbidden_places(table)
    rows: list[list[Cell]] = []
    blanked: set[int] = set()
    kept_until = 0
    for place, row in enumerate(table.rows):
        if header := headers.get(place):
            blanked = set(header.places(Column.FORBIDDEN))
            kept_until = header.below
        if not headers:
            blanked = {column for column, (above, _) in loose.items() if place > above}
        gone = blanked if place >= kept_until else set()
        rows.append(
            [
                None if column in gone or looks_forbidden(text_of(cell)) else cell
                for column, cell in enumerate(row)
            ]
        )
    return Table(table.name, rows)
