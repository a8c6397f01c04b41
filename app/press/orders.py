"""What is to be printed, said in words and numbers: made where pages are served, carried out
by the press in a process of its own (press_orders), where WeasyPrint and its 60 MB live.

Nothing here knows Flask, the database or WeasyPrint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.base.config import ROOT

STATIC = (ROOT / "static").resolve()


# Pictures that we draw ourselves, by the addresses that templates and styles give for them


@dataclass(frozen=True)
class QRCode:
    text: str


@dataclass(frozen=True)
class DrawnOnce:
    """An SVG of ``static/``: stored once in the document, shown on any number of pages."""

    filename: str

    @property
    def url(self) -> str:
        return (STATIC / self.filename).as_uri()


@dataclass(frozen=True)
class Recoloured:
    """An SVG of ``static/`` in other colours than it was drawn in: pairs of them."""

    filename: str
    colours: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Photograph:
    """A picture from the database; its name is its content."""

    sha256: str
    content: bytes = field(compare=False, repr=False)


Picture = QRCode | DrawnOnce | Recoloured | Photograph


# Pages that WeasyPrint lays out whole


@dataclass(frozen=True)
class Pages:
    """HTML as a document: the first of these ``texts`` that takes one page, else the last."""

    texts: Sequence[str]
    pictures: Mapping[str, Picture]
    archival: bool = False


# Pages that are laid out once and stamped with other words (see press)


@dataclass(frozen=True)
class Piece:
    """A page of HTML with slots; its pictures by their addresses."""

    html: str
    pictures: tuple[tuple[str, Picture], ...] = ()


@dataclass(frozen=True)
class Stamp:
    """A piece on a leaf: x and y in points from the upper left corner of the leaf. Upside
    down it stays in its place, for papers that are folded."""

    piece: Piece
    x: float = 0
    y: float = 0
    filled: Mapping[str, str | QRCode] = field(default_factory=dict)
    upside_down: bool = False


@dataclass(frozen=True)
class Leaf:
    """A page, in points; without a size it is as large as what is stamped on it."""

    stamps: Sequence[Stamp]
    width: float = 0
    height: float = 0


@dataclass(frozen=True)
class Leaves:
    leaves: Sequence[Leaf]
    title: str
    archival: bool = False
    tagged: bool = False


# Lists of any length (see press_tables)


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
class Table:
    """A table that begins on a new page; what stands above and below it, as HTML."""

    rows: Sequence[Row]
    above: str
    below: str
    footer: str = ""


@dataclass(frozen=True)
class Lists:
    """Tables of the same columns; the pieces of their rows as HTML."""

    tables: Sequence[Table]
    columns: Sequence[Column]
    header: str
    row: str
    heading: str
    footer: str
    title: str
    is_landscape: bool = False
    archival: bool = False


Order = Pages | Leaves | Lists
