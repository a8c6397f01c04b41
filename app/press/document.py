"""The document that pieces are printed into: pages, fonts, the tree of tags, PDF/A and PDF/UA.

What WeasyPrint's own generate_pdf does for documents it laid out whole, for stamped ones. The
parts are WeasyPrint's: its streams, fonts, metadata, variants.
"""

import io
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from itertools import islice
from types import SimpleNamespace
from typing import Any, NamedTuple

import pydyf
import weasyprint
from weasyprint import DEFAULT_OPTIONS
from weasyprint.css import ColorProfile
from weasyprint.draw import draw_page
from weasyprint.draw.text import draw_emojis, draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.pdf import VARIANTS, _use_references
from weasyprint.pdf.fonts import build_fonts_dictionary
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.pdf.stream import Stream

from app.press import html as pdf
from app.press.pictures import QRCode
from app.press.pieces import PX, Leaf, Piece, Slot, Stamp, set_text, wordless

AT_A_STRETCH = 50  # leaves: a quarter of a second
LET_OTHERS = 0.0005  # seconds: who lets a lock go and asks again at once has it before others


def printed(
    leaves: Iterable[Leaf],
    *,
    title: str,
    archival: bool = False,
    lang: str = "ru",
    kind: "type[Document] | None" = None,
) -> bytes:
    """The leaves as a PDF document; ``archival``: as PDF/A-2b. ``kind``: with tags, where it
    is press_tags.TaggedDocument. Others print in between: a ticket does not wait until a
    thousand certificates are done."""
    left = iter(leaves)
    with pdf.without_collecting():
        with pdf.press_lock:
            document = (kind or Document)(title, lang, archival=archival)
        while some := list(islice(left, AT_A_STRETCH)):
            with pdf.press_lock:
                for leaf in some:
                    document.add(leaf)
            time.sleep(LET_OTHERS)
        with pdf.press_lock:
            return document.written()


class Drawn(NamedTuple):
    """A line of text as operators; its place in pixels of the piece."""

    x: float
    baseline: float
    words: bytes
    emojis: bytes


class Document:
    """One PDF in the making. The caller holds the lock of the press."""

    variant = ""

    def __init__(self, title: str, lang: str, *, archival: bool) -> None:
        self.variant = pdf.ARCHIVE if archival else self.variant
        self.metadata = DocumentMetadata(title=title, lang=lang)
        self.pdf = pydyf.PDF()
        self.fonts: dict[Any, Any] = {}
        self.images: dict[Any, Any] = {}
        self.color_profiles: dict[str, Any] = {}
        self.output_intent = "srgb" if archival else None
        if archival:
            self.add_color_profile()
        space = pydyf.Dictionary()
        for name, profile in self.color_profiles.items():
            space[name] = pydyf.Array(("/ICCBased", profile.pdf_reference))
        self.pdf.add_object(space)
        self.resources = pydyf.Dictionary(
            {
                **{kind: pydyf.Dictionary() for kind in ("ExtGState", "XObject", "Pattern")},
                "Shading": pydyf.Dictionary(),
                "ColorSpace": space.reference,
            }
        )
        self.pdf.add_object(self.resources)
        self.forms: dict[Piece, Any] = {}
        self.lines: dict[tuple[int, str], list[Drawn]] = {}
        self.streams: list[Any] = []
        self.pages: list[Any] = []
        self.scratch = self.stream()

    def add_color_profile(self) -> None:
        source = (files("weasyprint.pdf") / "sRGB2014.icc").open("rb")
        profile = ColorProfile(
            source, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"])
        )
        stream = pydyf.Stream([profile.content], pydyf.Dictionary({"N": 3}), compress=True)
        self.pdf.add_object(stream)
        profile.pdf_reference = stream.reference
        self.color_profiles["srgb"] = profile

    def stream(self, tags: dict[Any, Any] | None = None) -> Any:
        return Stream(
            self.fonts,
            (0, 0, 0, 0),
            self.resources,
            self.images,
            tags,
            self.color_profiles,
            self.output_intent,
            compress=True,
        )

    # A page

    def add(self, leaf: Leaf) -> None:
        stream, page = self.new_page(leaf.width, leaf.height)
        for stamp in leaf.stamps:
            with self.place_of(stamp, stream):
                self.print_form(stream, stamp)
                self.print_texts(stream, stamp)
        self.add_links(leaf, page)

    def new_page(
        self, width: float, height: float, tags: dict[Any, Any] | None = None
    ) -> tuple[Any, Any]:
        stream = self.stream(tags)
        stream.page_rectangle = (0, 0, width / PX, height / PX)
        self.pdf.add_object(stream)
        # From here on in pixels, from the upper left corner downwards.
        stream.transform(a=PX, d=-PX, f=height)
        box = pydyf.Array([0, 0, round(width, 3), round(height, 3)])
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": self.pdf.pages.reference,
                "MediaBox": box,
                "Contents": stream.reference,
                "Resources": self.resources.reference,
            }
        )
        self.pdf.add_page(page)
        self.streams.append(stream)
        self.pages.append(page)
        return stream, page

    @contextmanager
    def place_of(self, stamp: Stamp, stream: Any) -> Iterator[None]:
        with stream.stacked():
            if stamp.upside_down:
                width, height = stamp.piece.width, stamp.piece.height
                stream.transform(
                    a=-1, d=-1, e=(2 * stamp.x + width) / PX, f=(2 * stamp.y + height) / PX
                )
            yield

    def print_form(self, stream: Any, stamp: Stamp) -> None:
        """What stands still on the piece: drawn once, shown wherever it is stamped."""
        piece = stamp.piece
        if piece not in self.forms:
            rectangle = (0, 0, piece.width / PX, piece.height / PX)
            form = self.scratch.add_group(*rectangle)
            form.page_rectangle = rectangle
            form._tags = None
            form.extra.pop("Group")  # nothing shines through
            with wordless(piece):
                draw_page(piece.page._page_box, form)
            self.forms[piece] = form.id
        at = Matrix(e=stamp.x / PX, f=stamp.y / PX)
        stream.stream.append(
            b"q 1 0 0 1 %s %s cm /%s Do Q"
            % (number(at[2][0]), number(at[2][1]), self.forms[piece].encode())
        )

    def print_texts(self, stream: Any, stamp: Stamp) -> None:
        """In the order of the template."""
        for one in stamp.piece.reading:
            self.print_text(stream, stamp, one)

    def print_text(self, stream: Any, stamp: Stamp, one: Any) -> None:
        """``one`` of the piece's reading."""
        if not isinstance(one, str):
            self.write(stream, stamp, self.still(one))
        elif value := stamp.filled.get(one):
            self.fill(stream, stamp, stamp.piece.slots[one], value)

    def print_still_words(self, stream: Any, stamp: Stamp) -> None:
        for box in stamp.piece.still_words:
            self.write(stream, stamp, self.still(box))

    def fill(self, stream: Any, stamp: Stamp, slot: Slot, value: "str | QRCode") -> None:
        x, y = stamp.x / PX, stamp.y / PX
        if slot.is_picture:
            with stream.stacked():
                stream.transform(e=x + slot.x, f=y + slot.y)
                value.draw(stream, slot.width, slot.height, None)  # type: ignore[union-attr]
            return
        key = (id(slot), str(value))
        if key not in self.lines:
            lines = set_text(stamp.piece, slot, str(value))
            self.lines[key] = [
                Drawn(one.x, one.baseline, *self.drawn(slot.style["color"], one.text, one.layout))
                for one in lines
            ]
        self.write(stream, stamp, self.lines[key])

    def still(self, box: Any) -> list[Drawn]:
        """Words that WeasyPrint has placed."""
        key = (id(box), "")
        if key not in self.lines:
            box.pango_layout.reactivate(box.style)
            words = self.drawn(box.style["color"], box.text, box.pango_layout)
            box.pango_layout.deactivate()
            self.lines[key] = [Drawn(box.position_x, box.position_y + box.baseline, *words)]
        return self.lines[key]

    def write(self, stream: Any, stamp: Stamp, lines: Sequence[Drawn]) -> None:
        x, y = stamp.x / PX, stamp.y / PX
        for line in lines:
            at = number(x + line.x), number(y + line.baseline)
            stream.stream.append(b"BT 1 0 0 -1 %s %s Tm %s ET" % (*at, line.words))
            if line.emojis:
                stream.stream.append(b"q 1 0 0 1 %s %s cm %s Q" % (*at, line.emojis))

    def drawn(self, colour: Any, text: str, layout: Any) -> tuple[bytes, bytes]:
        """The operators that show a line, without the one that places it; and its emojis."""
        scratch = self.scratch
        scratch.stream.clear()
        scratch._current_font = scratch._current_color = scratch._current_alpha = None
        scratch.set_color(colour)
        box = SimpleNamespace(text=text, style=layout.style, pango_layout=layout, baseline=0)
        begun = len(scratch.stream)
        emojis = draw_first_line(scratch, box, "clip", "none", Matrix(d=-1))
        del scratch.stream[begun]  # the matrix
        words = b" ".join(scratch.stream)
        scratch.stream.clear()
        draw_emojis(scratch, layout.style, 0, 0, emojis)  # of a font of the system
        return words, b" ".join(scratch.stream)

    def add_links(self, leaf: Leaf, page: Any) -> None:
        for stamp in leaf.stamps:
            for kind, target, (x, y, width, height), _box in stamp.piece.page.links:
                if kind != "external":
                    continue
                left, top = stamp.x + x * PX, leaf.height - stamp.y - y * PX
                link = pydyf.Dictionary(
                    {
                        "Type": "/Annot",
                        "Subtype": "/Link",
                        "F": 4,
                        "Border": pydyf.Array([0, 0, 0]),
                        "Rect": pydyf.Array([left, top - height * PX, left + width * PX, top]),
                        "A": pydyf.Dictionary(
                            {"Type": "/Action", "S": "/URI", "URI": pydyf.String(target)}
                        ),
                    }
                )
                self.pdf.add_object(link)
                page.setdefault("Annots", pydyf.Array()).append(link.reference)

    # The end

    def written(self) -> bytes:
        self.pdf.info["Title"] = pydyf.String(self.metadata.title)
        self.pdf.info["Producer"] = pydyf.String(f"WeasyPrint {weasyprint.__version__}")
        self.pdf.catalog["Lang"] = pydyf.String(self.metadata.lang)
        self.pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        options = {**DEFAULT_OPTIONS, "pdf_version": "1.7"}
        fonts = build_fonts_dictionary(self.pdf, self.fonts, True, True, options)
        self.pdf.add_object(fonts)
        self.resources["Font"] = fonts.reference
        _use_references(self.pdf, self.resources, self.images, self.color_profiles)
        self.add_structure()
        if self.color_profiles:
            self.add_output_intent()
        if self.variant:
            give_metadata, _properties = VARIANTS[self.variant]
            give_metadata(self.pdf, self, self.streams, [], True)
        output = io.BytesIO()
        self.pdf.write(output, b"1.7", identifier=bool(self.variant), compress=True)
        return output.getvalue()

    def add_structure(self) -> None:
        """Tags, in a document that has some (press_tables)."""

    def add_output_intent(self) -> None:
        profile = self.color_profiles["srgb"]
        intent = pydyf.Dictionary(
            {
                "Type": "/OutputIntent",
                "S": "/GTS_PDFA1",
                "OutputConditionIdentifier": pydyf.String(profile.name),
                "Info": pydyf.String(profile.name),
                "DestOutputProfile": profile.pdf_reference,
            }
        )
        self.pdf.catalog["OutputIntents"] = pydyf.Array([intent])


def number(value: float) -> bytes:
    return f"{value:.3f}".rstrip("0").rstrip(".").encode()
