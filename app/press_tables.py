"""Lists of any length: a heading, a table with rows of one height, an ending.

The heading and the ending are laid out by WeasyPrint, and one row; where each row of the list
stands is arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import render_template

from app import pdf, press
from app.millimetres import A4, MM
from app.press import Piece, Stamp
from app.press_tags import TableRow, TaggedDocument, TaggedLeaf, Text

SHORT, LONG = (side * MM for side in A4)
TOP, BOTTOM, SIDE = 12 * MM, 17 * MM, 12 * MM
FOOTER = 12 * MM  # from the edge of the paper
HEADER_HEIGHT = 9.0  # mm
KEPT_WITH_ENDING = 2  # rows, so that signatures never stand alone on a page


@dataclass(frozen=True)
class Column:
    """``width`` in millimetres; columns of width 0 share what is left."""

    heading: str
    width: float = 0
    align: str = "left"  # left, center, right


@dataclass(frozen=True)
class Row:
    """The texts of a row; ``is_heading``: its first text stands across all columns."""

    cells: Sequence[str]
    is_heading: bool = False


@dataclass(frozen=True)
class Part:
    """A table that begins on a new page. ``context`` is for the template's heading and ending."""

    rows: Sequence[Row]
    context: dict[str, Any] = field(default_factory=dict)
    footer: str = ""


@dataclass(frozen=True)
class Form:
    """The pieces of a list of this shape."""

    columns: Sequence[Column]
    header: Piece
    row: Piece
    heading: Piece
    footer: Piece
    is_landscape: bool

    @property
    def width(self) -> float:
        return LONG if self.is_landscape else SHORT

    @property
    def height(self) -> float:
        return SHORT if self.is_landscape else LONG

    @property
    def cells(self) -> list[str]:
        return [f"c{place}" for place in range(len(self.columns))]


def printed_lists(
    template: str,
    parts: Sequence[Part],
    columns: Sequence[Column],
    *,
    title: str,
    landscape: bool = False,
    row_height: float = 8,
    archival: bool = False,
) -> bytes:
    """A PDF/UA document: each part on pages of its own, «Страница x из y» on each page.

    ``template`` is rendered twice for each part: with ``piece`` «heading» and «ending». It
    extends pdf/piece.html.
    """
    form = form_of(columns, landscape=landscape, row_height=row_height)
    tables = count()
    leaves = [leaf for part in parts for leaf in leaves_of(part, template, form, next(tables))]
    for number, leaf in enumerate(leaves, start=1):
        leaf.artifacts[-1] = numbered(leaf.artifacts[-1], number, len(leaves))
    with pdf.press_lock, pdf.without_collecting():
        document = TaggedDocument(title, "ru", archival=archival)
        for leaf in leaves:
            document.add_tagged(leaf)
        return document.written()


def form_of(columns: Sequence[Column], *, landscape: bool, row_height: float) -> Form:
    width = ((LONG if landscape else SHORT) - 2 * SIDE) / MM
    widths = shared(columns, width)
    columns = [
        Column(one.heading, wide, one.align) for one, wide in zip(columns, widths, strict=True)
    ]
    lefts = [sum(widths[:place]) for place in range(len(widths))]

    def of(kind: str, height: float) -> Piece:
        return press.piece(
            "pdf/table_row.html",
            kind=kind,
            width=width,
            height=height,
            columns=list(zip(columns, lefts, strict=True)),
        )

    return Form(
        columns,
        header=of("header", HEADER_HEIGHT),
        row=of("row", row_height),
        heading=of("heading", row_height),
        footer=press.piece("pdf/table_footer.html", width=width),
        is_landscape=landscape,
    )


def shared(columns: Sequence[Column], width: float) -> list[float]:
    """The widths in millimetres: all shrink alike when together they are too wide."""
    fixed = sum(one.width for one in columns)
    free = [one for one in columns if not one.width]
    least = 15.0 * len(free)
    factor = min(1.0, (width - least) / fixed) if fixed else 1.0
    rest = (width - fixed * factor) / len(free) if free else 0
    if not free:  # the last one takes what is left
        widths = [one.width * factor for one in columns]
        return [*widths[:-1], width - sum(widths[:-1])]
    return [one.width * factor or rest for one in columns]


def leaves_of(part: Part, template: str, form: Form, table: int) -> Iterator[TaggedLeaf]:
    heading = text_piece(template, "heading", form, part)
    ending = text_piece(template, "ending", form, part)
    bottom = form.height - BOTTOM
    rows = list(part.rows)
    leaf, y = new_leaf(form, part), TOP + height_of(heading)
    leaf.content.append(Text(heading, SIDE, TOP))
    while True:
        fit = rows_that_fit(rows, bottom - y, form, height_of(ending))
        y = print_rows(leaf, rows[:fit], y, form, table)
        rows = rows[fit:]
        if not rows and height_of(ending) <= bottom - y:
            leaf.content.append(Text(ending, SIDE, y))
            yield leaf
            return
        yield leaf
        leaf, y = new_leaf(form, part), TOP


def rows_that_fit(rows: Sequence[Row], room: float, form: Form, ending: float) -> int:
    """How many rows this page takes below its header: a heading is never the last, and the
    ending takes rows along to its page."""
    fit = max(1, int((room - form.header.height) // form.row.height))
    left = room - form.header.height - len(rows) * form.row.height
    if left >= ending or (fit >= len(rows) and len(rows) <= KEPT_WITH_ENDING):
        return len(rows)
    fit = max(1, min(fit, len(rows) - KEPT_WITH_ENDING))
    while fit > 1 and rows[fit - 1].is_heading:
        fit -= 1
    return fit


def print_rows(leaf: TaggedLeaf, rows: Sequence[Row], y: float, form: Form, table: int) -> float:
    if not rows:
        return y
    titles = {name: one.heading for name, one in zip(form.cells, form.columns, strict=True)}
    header = Stamp(form.header, SIDE, y, titles)
    if leaf.content:  # below the heading of the list
        leaf.content.append(TableRow(header, form.cells, table, is_header=True))
    else:  # repeated on the next pages: read once
        leaf.artifacts.insert(0, header)
    y += form.header.height
    for row in rows:
        if row.is_heading:
            stamp = Stamp(form.heading, SIDE, y, {"c0": row.cells[0]})
            leaf.content.append(TableRow(stamp, ["c0"], table, spans=len(form.columns)))
        else:
            stamp = Stamp(form.row, SIDE, y, dict(zip(form.cells, row.cells, strict=True)))
            leaf.content.append(TableRow(stamp, form.cells, table))
        y += form.row.height
    return y


def new_leaf(form: Form, part: Part) -> TaggedLeaf:
    footer = Stamp(form.footer, SIDE, form.height - FOOTER, {"title": part.footer})
    return TaggedLeaf(form.width, form.height, artifacts=[footer])


def numbered(footer: Stamp, number: int, of: int) -> Stamp:
    filled = {**footer.filled, "page": f"Страница {number} из {of}"}
    return Stamp(footer.piece, footer.x, footer.y, filled)


def text_piece(template: str, which: str, form: Form, part: Part) -> Piece:
    """Not kept: its tags belong to one document."""
    width = (form.width - 2 * SIDE) / MM
    return press.laid_out(render_template(template, piece=which, width=width, **part.context))


def height_of(piece: Piece) -> float:
    """As high as its words, whatever the page it was laid out on."""
    [html, *_margins] = piece.page._page_box.children
    return float(html.border_height()) * press.PX
