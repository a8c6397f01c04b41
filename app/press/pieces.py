"""Pages that WeasyPrint laid out once, printed many times with other texts.

WeasyPrint takes 10–20 ms to lay out and draw a certificate and 4 ms for a row of a list, of
which all but the words is the same each time. Here a template is laid out once as a Piece:
what stands still is stored once in the document; where an element has ``data-slot`` only its
place and its style are kept, and each text is set there by the same Pango and drawn by the
same code of WeasyPrint, so that it looks as if WeasyPrint had laid it out. Words that stand
still are written on each page between the others: who copies a paper or has it read aloud
gets it in the order of the template.

A slot is a block with a width and a height:

    <div data-slot="holder" data-lines="2" data-least="14" data-valign="middle">Аб</div>
    <div data-slot="qr" data-picture></div>

The specimen text inside gives the style. A text that does not fit into ``data-lines`` lines
(1 by default) is made smaller, to ``data-least`` points (6) and, where nothing else helps,
further: nothing is cut off.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.text.line_break import create_layout, line_size, split_first_line, strut

from app.press import html as pdf
from app.press import orders
from app.press.pictures import QRCode, drawn

PX = 0.75  # points in a pixel of CSS
SMALLER = 0.94  # one step from size to size
LEAST = 1.0  # pt: a text that is too long even so is squeezed, not cut


@dataclass(frozen=True)
class Slot:
    """Where a text goes, in pixels from the piece's upper left corner."""

    x: float
    y: float
    width: float
    height: float
    style: Any  # WeasyPrint's computed style of the specimen
    align: str  # left, center, right
    valign: str  # top, middle, bottom
    most_lines: int
    least: float  # px
    is_picture: bool


@dataclass(frozen=True, eq=False)
class Piece:
    """A page of HTML laid out once; width and height in points."""

    width: float
    height: float
    page: Any  # weasyprint.document.Page, its specimens blank
    slots: Mapping[str, Slot]
    lang: str
    reading: "Sequence[str | TextBox]"  # names of slots and words that stand still, in order
    sizes: dict[tuple[int, float], "Size"] = field(default_factory=dict, repr=False)

    @property
    def still_words(self) -> "list[TextBox]":
        return [one for one in self.reading if not isinstance(one, str)]


class Size(NamedTuple):
    """A style at one size, with its line."""

    style: Any
    line_height: float
    baseline: float


class Line(NamedTuple):
    text: str
    layout: Any  # weasyprint.text.line_break.Layout
    x: float
    baseline: float  # px from the top of the piece


@dataclass(frozen=True)
class Stamp:
    """A piece on a leaf: x and y in points from the upper left corner of the leaf. Upside
    down it stays in its place, for papers that are folded."""

    piece: Piece
    x: float = 0
    y: float = 0
    filled: Mapping[str, "str | QRCode"] = field(default_factory=dict)
    upside_down: bool = False


@dataclass
class Leaf:
    """A page: its size in points, and what is printed on it."""

    width: float
    height: float
    stamps: Sequence[Stamp] = field(default_factory=list)


def laid_out(text: str, pictures: Mapping[str, object] | None = None) -> Piece:
    """The first page of this HTML; ``pictures`` by the addresses that it gives."""
    with pdf.press_lock:
        document = pdf.laid_out(text, pictures)
        [page, *_more] = document.pages
        found = list(found_in(page._page_box))
    slots = {one.name: one.slot for one in found if isinstance(one, Place)}
    reading = [one.name if isinstance(one, Place) else one for one in found]
    lang = document.metadata.lang or "ru"
    return Piece(page.width * PX, page.height * PX, page, slots, lang, reading)


@lru_cache(maxsize=64)
def kept(ordered: orders.Piece) -> Piece:
    """The page of this order, laid out once in this process for the same HTML."""
    pictures = {address: drawn(picture) for address, picture in ordered.pictures}
    return laid_out(ordered.html, pictures)


class Place(NamedTuple):
    name: str
    slot: Slot


def found_in(box: Any) -> "Iterator[Place | TextBox]":
    """The places for texts below this box, whose specimens are blanked on the way, and the
    words that stand still."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    element = box.element
    if element is not None and (name := element.get("data-slot")) is not None:
        yield Place(name, slot_of(box, element))
    elif isinstance(box, TextBox):
        if is_plain(box):
            yield box
    else:
        for child in getattr(box, "children", ()):
            yield from found_in(child)


def is_plain(box: TextBox) -> bool:
    """Letters alone, without a line through them or below; those are left to WeasyPrint."""
    style = box.style
    is_seen = style["visibility"] == "visible" and box.text.strip()
    return bool(is_seen) and style["text_decoration_line"] == "none"


@contextmanager
def wordless(piece: Piece) -> Iterator[None]:
    """Its words that stand still are not drawn meanwhile."""
    words = {box: box.text for box in piece.still_words}
    for box in words:
        box.text = ""
    try:
        yield
    finally:
        for box, text in words.items():
            box.text = text


def slot_of(box: Any, element: Any) -> Slot:
    specimens = [one for one in boxes_of(box) if isinstance(one, TextBox)]
    for one in specimens:
        one.text = ""
    style = specimens[0].style if specimens else box.style
    align = style["text_align_all"]
    return Slot(
        x=box.content_box_x(),
        y=box.content_box_y(),
        width=box.width,
        height=box.height,
        style=style,
        align={"start": "left", "end": "right", "justify": "left"}.get(align, align),
        valign=element.get("data-valign", "top"),
        most_lines=int(element.get("data-lines", 1)),
        least=float(element.get("data-least", 6)) / PX,
        is_picture=element.get("data-picture") is not None,
    )


def boxes_of(box: Any) -> Iterator[Any]:
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes_of(child)


def set_text(piece: Piece, slot: Slot, text: str) -> list[Line]:
    """The lines of this text in the largest size in which it fits. Pango is not safe to use
    from several threads: the caller holds the lock."""
    size = slot.style["font_size"]
    paragraphs = [one for one in text.split("\n") if one.strip()]
    if not paragraphs:
        return []
    while True:
        at = at_size(piece, slot, size)
        lines = lines_of(paragraphs, slot, at, anywhere=size < slot.least)
        if lines is not None and fits(lines, slot, at, size):
            return placed(lines, slot, at)
        size *= SMALLER
        if size < LEAST:  # a text nobody can read anyway: what fits of it
            return placed((lines or [])[: max(1, slot.most_lines)], slot, at)


def at_size(piece: Piece, slot: Slot, size: float) -> Size:
    key = (id(slot), round(size, 3))
    if key not in piece.sizes:
        style = slot.style.copy()
        style["font_size"] = size
        style["white_space"] = "normal"
        height = slot.style["line_height"]
        if not isinstance(height, str | float):  # a length: grows and shrinks with the text
            full, _baseline = strut(slot.style)
            style["line_height"] = full / slot.style["font_size"]
        piece.sizes[key] = Size(style, *strut(style))
    return piece.sizes[key]


Set = tuple[str, Any, float]  # a line's text, its layout, its width


def lines_of(paragraphs: list[str], slot: Slot, at: Size, *, anywhere: bool) -> list[Set] | None:
    """None when there are more than the slot takes."""
    lines: list[Set] = []
    for paragraph in paragraphs:
        whole = create_layout(paragraph, at.style, None, None, 0)
        width, _height = line_size(whole.get_first_line()[0], at.style)
        if width <= slot.width + 0.01:
            lines.append((paragraph, whole, width))
        else:
            lines += broken(paragraph, slot, at, anywhere=anywhere)
        if len(lines) > slot.most_lines:
            return None
    return lines


def broken(text: str, slot: Slot, at: Size, *, anywhere: bool) -> list[Set]:
    """A paragraph in lines, broken as CSS breaks it; inside words only where ``anywhere``."""
    style = at.style
    if anywhere:
        style = style.copy()
        style["overflow_wrap"] = "anywhere"
    lines: list[Set] = []
    rest = text.encode()
    while rest:
        words = rest.decode()
        _layout, length, resume_at, _w, _h, _b = split_first_line(words, style, None, slot.width, 0)
        said = rest[:length].decode().rstrip(" ")
        layout = create_layout(said, at.style, None, None, 0)
        width, _height = line_size(layout.get_first_line()[0], at.style)
        lines.append((said, layout, width))
        if not resume_at:
            break
        rest = rest[resume_at:]
    return lines


def fits(lines: list[Set], slot: Slot, at: Size, size: float) -> bool:
    if any(width > slot.width + 0.5 for _text, _layout, width in lines):
        return False
    # One line may stand in a lower slot than its line height, as in CSS.
    return len(lines) == 1 or len(lines) * at.line_height <= slot.height + 0.5


def placed(lines: list[Set], slot: Slot, at: Size) -> list[Line]:
    left_over = slot.height - len(lines) * at.line_height
    top = slot.y + {"top": 0, "middle": left_over / 2, "bottom": left_over}[slot.valign]
    room = {"left": 0, "center": 0.5, "right": 1}[slot.align]
    return [
        Line(
            text,
            layout,
            slot.x + (slot.width - width) * room,
            top + number * at.line_height + at.baseline,
        )
        for number, (text, layout, width) in enumerate(lines)
    ]
