"""Lists of any length: a heading, a table with rows of one height, an ending.

The heading and the ending are laid out by WeasyPrint, and one row; where each row of the list
stands is arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.press import html as pdf
from app.press import orders
from app.press import pieces as press
from app.press.millimetres import A4, MM
from app.press.orders import Column, Lists, Row, Table
from app.press.pieces import Piece, Stamp
from app.press.tags import TableRow, TaggedDocument, TaggedLeaf, Text

SHORT, LONG = (side * MM for side in A4)
TOP, BOTTOM, SIDE = 12 * MM, 17 * MM, 12 * MM  # SIDE as in printer
FOOTER = 12 * MM  # from the edge of the paper
KEPT_WITH_ENDING = 2  # rows, so that signatures never stand alone on a page


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


def printed_lists(order: Lists) -> bytes:
    """A PDF/UA document: each table on pages of its own, «Страница x из y» on each page."""
    form = form_of(order)
    leaves = [
        leaf for place, table in enumerate(order.tables) for leaf in leaves_of(table, form, place)
    ]
    for number, leaf in enumerate(leaves, start=1):
        leaf.artifacts[-1] = numbered(leaf.artifacts[-1], number, len(leaves))
    with pdf.press_lock, pdf.without_collecting():
        document = TaggedDocument(order.title, "ru", archival=order.archival)
        for leaf in leaves:
            document.add_tagged(leaf)
        return document.written()


def form_of(order: Lists) -> Form:
    header, row, heading, footer = (
        press.kept(orders.Piece(html))
        for html in (order.header, order.row, order.heading, order.footer)
    )
    return Form(order.columns, header, row, heading, footer, order.is_landscape)


def leaves_of(part: Table, form: Form, table: int) -> Iterator[TaggedLeaf]:
    # Not kept: their tags belong to one document.
    heading, ending = press.laid_out(part.above), press.laid_out(part.below)
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


def new_leaf(form: Form, part: Table) -> TaggedLeaf:
    footer = Stamp(form.footer, SIDE, form.height - FOOTER, {"title": part.footer})
    return TaggedLeaf(form.width, form.height, artifacts=[footer])


def numbered(footer: Stamp, number: int, of: int) -> Stamp:
    filled = {**footer.filled, "page": f"Страница {number} из {of}"}
    return Stamp(footer.piece, footer.x, footer.y, filled)


def height_of(piece: Piece) -> float:
    """As high as its words, whatever the page it was laid out on."""
    [html, *_margins] = piece.page._page_box.children
    return float(html.border_height()) * press.PX
