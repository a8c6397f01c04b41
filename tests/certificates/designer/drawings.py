"""Pictures for the tests of the designer, drawn here: photos, seals, and what is none."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from werkzeug.datastructures import FileStorage

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
INK = (40, 60, 150)


def written(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def on_grey_paper(size: tuple[int, int] = (900, 600)) -> Image.Image:
    """A stroke of ink photographed in the shade: the paper is not white."""
    image = Image.new("RGB", size, (205, 200, 190))
    width, height = size
    ImageDraw.Draw(image).line(
        [(width // 3, height // 2), (width // 2, height // 3), (2 * width // 3, height // 2)],
        fill=INK,
        width=12,
    )
    return image


def signature() -> bytes:
    return written(on_grey_paper(), "JPEG")


def emblem(colour: str = "#1d6fa5") -> bytes:
    return written(Image.new("RGBA", (40, 40), colour))


def sent(content: bytes, name: str = "picture.png", kind: str = "image/png") -> Any:
    """As a browser sends a file."""
    return FileStorage(BytesIO(content), name, content_type=kind)
