"""Tagged documents: what a screen reader reads, in its order (PDF/UA-1, ISO 14289-1).

Text set by WeasyPrint brings its own tags; rows of stamped tables become TR with TH or TD,
words of stamped pages paragraphs. All else is an artifact: lines, footers, headers that are
repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import pydyf
from weasyprint.draw import draw_page
from weasyprint.pdf.tags import _build_box_tree

from app.press.document import Document
from app.press.pieces import PX, Leaf, Piece, Stamp

HEADINGS = ("h1", "h2", "h3")
ACCESSIBLE, ACCESSIBLE_ARCHIVE = "pdf/ua-1", "pdf/a-2a"


@dataclass(frozen=True)
class Text:
    """A piece whose own words are read: printed once."""

    piece: Piece
    x: float
    y: float


@dataclass(frozen=True)
class TableRow:
    """A row of a table; ``cells`` name the slots in the order of reading. Rows that follow
    each other with the same ``table`` are one table, across pages too."""

    stamp: Stamp
    cells: Sequence[str]
    table: int
    is_header: bool = False
    spans: int = 1  # columns of its only cell


@dataclass
class TaggedLeaf:
    """A page in points: what is read, and what is only seen."""

    width: float
    height: float
    content: list[Text | TableRow] = field(default_factory=list)
    artifacts: list[Stamp] = field(default_factory=list)


@dataclass(frozen=True)
class Words:
    """A paragraph or a heading of a stamped page, or a code for a camera (Figure)."""

    kind: str
    alt: str = ""
    box: Sequence[float] = ()  # of a figure: left, lower, right, upper edge in points


class Read(NamedTuple):
    """What stands at one place of the reading order."""

    page: int
    of: Text | TableRow | Words
    marks: list[int | None]  # for each cell of a row, or the words: the number on the page


class TaggedDocument(Document):
    """The caller holds the lock of the press."""

    def __init__(self, title: str, lang: str, *, archival: bool) -> None:
        super().__init__(title, lang, archival=archival)
        self.variant = ACCESSIBLE_ARCHIVE if archival else ACCESSIBLE
        self.order: list[Read] = []

    def add(self, leaf: Leaf) -> None:
        """What is stamped is read in the order of its template. (Links would want tags of
        their own: pages that have some are not stamped here.)"""
        stream, number, tags = self.tagged_page(leaf.width, leaf.height)
        for stamp in leaf.stamps:
            with self.place_of(stamp, stream):
                with stream.artifact():
                    self.print_form(stream, stamp)
                for words, parts in paragraphs(stamp, leaf.height):
                    mark = self.begin(stream, words.kind, tags)
                    for one in parts:
                        self.print_text(stream, stamp, one)
                    stream.stream.append(b"EMC")
                    self.order.append(Read(number, words, [mark]))

    def tagged_page(self, width: float, height: float) -> tuple[Any, int, dict[Any, Any]]:
        tags: dict[Any, Any] = {}
        stream, page = self.new_page(width, height, tags)
        number = len(self.pages) - 1
        page["Tabs"] = "/S"
        page["StructParents"] = number
        return stream, number, tags

    def begin(self, stream: Any, kind: str, tags: dict[Any, Any]) -> int:
        """Marked content of this kind, to be ended by the caller; its number on the page."""
        mark = len(tags)
        tags["own", mark] = mark  # WeasyPrint counts its own marks in the same dictionary
        stream.stream.append(b"/%s <</MCID %d>> BDC" % (kind.encode(), mark))
        return mark

    def add_tagged(self, leaf: TaggedLeaf) -> None:
        stream, number, tags = self.tagged_page(leaf.width, leaf.height)
        for one in leaf.content:
            if isinstance(one, Text):
                with stream.stacked():
                    stream.transform(e=one.x / PX, f=one.y / PX)
                    draw_page(one.piece.page._page_box, stream)
                self.order.append(Read(number, one, []))
            else:
                self.order.append(Read(number, one, self.print_row(stream, one, tags)))
        for stamp in leaf.artifacts:
            with stream.artifact():
                self.print_form(stream, stamp)
                self.print_texts(stream, stamp)

    def print_row(self, stream: Any, row: TableRow, tags: dict[Any, Any]) -> list[int | None]:
        stamp, marks = row.stamp, list[int | None]()
        with stream.artifact():
            self.print_form(stream, stamp)
            self.print_still_words(stream, stamp)
        kind = "TH" if row.is_header else "TD"
        for name in row.cells:
            text = stamp.filled.get(name)
            if not text:
                marks.append(None)
                continue
            mark = self.begin(stream, kind, tags)
            self.fill(stream, stamp, stamp.piece.slots[name], text)
            stream.stream.append(b"EMC")
            marks.append(mark)
        return marks

    def add_structure(self) -> None:
        self.references = list(self.pdf.page_references)
        mapping = self.new({})
        root = self.new({"Type": "/StructTreeRoot", "ParentTree": mapping.reference})
        document = self.element("Document", root, None)
        root["K"] = pydyf.Array([document.reference])
        self.pdf.catalog["StructTreeRoot"] = root.reference
        self.pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
        self.nums: list[dict[int, bytes]] = [{} for _page in self.pages]
        table: Any = None
        last: int | None = None
        for read in self.order:
            if not isinstance(read.of, TableRow):
                if isinstance(read.of, Text):
                    self.read_text(read, read.of, document)
                else:
                    self.read_words(read, read.of, document)
                last = None
                continue
            if read.of.table != last:
                table, last = self.element("Table", document, None), read.of.table
                document["K"].append(table.reference)
            self.read_row(read, read.of, table)
        mapping["Nums"] = pydyf.Array()
        for number, found in enumerate(self.nums):
            mapping["Nums"].append(number)
            mapping["Nums"].append(pydyf.Array([found[mark] for mark in sorted(found)]))

    def read_text(self, read: Read, text: Text, document: Any) -> None:
        marks = self.streams[read.page]._tags
        box = text.piece.page._page_box
        nums = self.nums[read.page]
        for one in _build_box_tree(box, document, self.pdf, read.page, nums, [], marks):
            document["K"].append(one.reference)

    def read_words(self, read: Read, words: Words, document: Any) -> None:
        element = self.element(words.kind, document, read.page)
        document["K"].append(element.reference)
        if words.alt:
            element["Alt"] = pydyf.String(words.alt)
            box = pydyf.Array([round(edge, 2) for edge in words.box])
            element["A"] = pydyf.Dictionary({"O": "/Layout", "BBox": box})
        for mark in read.marks:
            self.mark(element, read.page, mark)

    def read_row(self, read: Read, row: TableRow, table: Any) -> None:
        element = self.element("TR", table, read.page)
        table["K"].append(element.reference)
        for mark in read.marks:
            cell = self.element("TH" if row.is_header else "TD", element, read.page)
            if row.is_header:
                cell["A"] = pydyf.Dictionary({"O": "/Table", "Scope": "/Column"})
            elif row.spans > 1:
                cell["A"] = pydyf.Dictionary({"O": "/Table", "ColSpan": row.spans})
            element["K"].append(cell.reference)
            self.mark(cell, read.page, mark)

    def mark(self, element: Any, page: int, mark: int | None) -> None:
        """What is marked so on the page belongs to the element; nothing where it is empty."""
        if mark is not None:
            element["K"].append(mark)
            self.nums[page][mark] = element.reference

    def element(self, kind: str, parent: Any, page: int | None) -> Any:
        about = {
            "Type": "/StructElem",
            "S": f"/{kind}",
            "P": parent.reference,
            "K": pydyf.Array(),
        }
        if page is not None:
            about["Pg"] = self.references[page]
        return self.new(about)

    def new(self, values: dict[str, Any]) -> Any:
        made = pydyf.Dictionary(values)
        self.pdf.add_object(made)
        return made


def paragraphs(stamp: Stamp, height: float) -> Iterator[tuple[Words, list[Any]]]:
    """What is read on a stamped piece: the lines of an element that stands still together,
    each slot by itself. ``height``: of the leaf, in points."""

    def element_of(one: Any) -> Any:
        return one if isinstance(one, str) else id(one.element)

    for _element, found in groupby(stamp.piece.reading, key=element_of):
        parts = list(found)
        [first, *_more] = parts
        if not isinstance(first, str):
            tag = first.element.tag
            yield Words(tag.upper() if tag in HEADINGS else "P"), parts
        elif value := stamp.filled.get(first):
            if isinstance(value, str):
                yield Words("P"), parts
            else:
                slot = stamp.piece.slots[first]
                left, top = stamp.x + slot.x * PX, height - stamp.y - slot.y * PX
                box = (left, top - slot.height * PX, left + slot.width * PX, top)
                yield Words("Figure", "QR-код", box), parts
