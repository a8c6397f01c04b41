"""Pictures that WeasyPrint would draw slowly: the same one on each page, and QR codes.

An image for WeasyPrint is whatever has ``get_intrinsic_size`` and ``draw``. It parses and
draws an SVG anew for each page; these two make a page of a certificate three times cheaper.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from PIL import Image
from weasyprint.images import RasterImage, SVGImage
from weasyprint.svg import SVG

from app.pdf import STATIC, OnlyOurs
from app.qr import code_of

Size = tuple[float, float, float]
DARK = re.compile(rb"\x01+")
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


class DrawnOnce:
    """An SVG of ``static/``: stored once in the document, shown on any number of pages."""

    def __init__(self, filename: str) -> None:
        file = STATIC / filename
        self.url = file.as_uri()
        tree = ElementTree.fromstring(file.read_bytes())  # noqa: S314 - our own file
        self.svg = SVG(tree, self.url, None, OnlyOurs())
        self.id = file.stem  # a name inside the PDF
        self.form: Any = None

    def get_intrinsic_size(self, _resolution: float, font_size: float) -> Size:
        width, height = self.svg.get_intrinsic_size(font_size)
        return width, height, width / height

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        if self.form is None:
            self.form = stream.add_group(0, 0, width, height)
            del stream._resources["XObject"][self.form.id]  # the document keeps it, not this page
            self.svg.draw(self.form, width, height, self.url, None)
        name = stream.add_image(self, False, 1)
        stream._resources["XObject"][name] = None
        stream.draw_x_object(name)

    def get_x_object(self, _interpolate: bool, _dpi_ratio: float) -> Any:
        """What WeasyPrint writes into the document for the first page that shows it."""
        return self.form


class QRCode:
    """A QR code as filled rectangles: nothing an old printer may smear."""

    def __init__(self, text: str) -> None:
        self.code = code_of(text)
        self.side = self.code.symbol_size(border=0)[0]

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> Size:
        return self.side, self.side, 1

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        stream.push_state()
        stream.transform(a=width / self.side, d=height / self.side)
        stream.set_color_rgb(0, 0, 0)
        # Rows overlap: no seams. Written as bytes: there are hundreds in each code.
        stream.stream += [
            b"%d %d %d 1.03 re" % (start, y, end - start)
            for y, row in enumerate(self.code.matrix)
            for start, end in dark_runs(row)
        ]
        stream.fill()
        stream.pop_state()


def dark_runs(row: bytearray) -> list[tuple[int, int]]:
    """Where dark modules begin and end: [1, 1, 0, 1] is [(0, 2), (3, 4)]."""
    return [found.span() for found in DARK.finditer(row)]


class Recoloured(SVGImage):
    """An SVG of ``static/`` in other colours than it was drawn in."""

    def __init__(self, filename: str, colours: Mapping[str, str]) -> None:
        file = STATIC / filename
        text = COLOUR.sub(lambda found: colours.get(found[0], found[0]), file.read_text())
        tree = ElementTree.fromstring(text)  # noqa: S314 - our own file
        super().__init__(tree, file.as_uri(), OnlyOurs(), None)


class Photograph(RasterImage):
    """A picture from the database; its name is its content, so that it is stored once."""

    def __init__(self, sha256: str, content: bytes) -> None:
        super().__init__(Image.open(BytesIO(content)), sha256[:32], content)
