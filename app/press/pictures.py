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

from app.press import orders
from app.press.html import OnlyOurs
from app.press.orders import STATIC
from app.press.qr import modules_of

Size = tuple[float, float, float]
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
    """A QR code as a picture of one bit for each module: half a kilobyte in the document where
    rectangles take four, black without half-tones, its edges as sharp as the printer's."""

    def __init__(self, text: str) -> None:
        self.modules = modules_of(text)
        self.side = self.modules.side

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> Size:
        return self.side, self.side, 1

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        stream.push_state()
        stream.set_color_rgb(0, 0, 0)
        # Pictures stand on their feet, the page's y runs downwards.
        stream.transform(a=width, d=-height, f=height)
        stream.stream.append(self.as_mask())
        stream.pop_state()

    def as_mask(self) -> bytes:
        """An inline image that paints its dark modules. In hexadecimal: no byte of it can be
        taken for its end, and the page's own compression packs it again."""
        side = str(self.side).encode()
        return b"".join(
            (
                b"BI /IM true /I false /D [0 1] /BPC 1 /F /AHx /W ",
                *(side, b" /H ", side, b" ID\n"),
                self.modules.content.hex().encode(),
                b">\nEI",
            )
        )


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


def drawn(picture: orders.Picture) -> Any:
    """What WeasyPrint draws for a picture that was ordered."""
    match picture:
        case orders.QRCode(text):
            return QRCode(text)
        case orders.DrawnOnce(filename):
            return DrawnOnce(filename)
        case orders.Recoloured(filename, colours):
            return Recoloured(filename, dict(colours))
        case orders.Photograph(sha256, content):
            return Photograph(sha256, content)
