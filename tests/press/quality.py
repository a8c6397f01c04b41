"""What every paper we print must hold, asked of the file itself.

Each function returns sentences about what is wrong; an empty list is praise. They look for
what can be seen without a validator: pikepdf reads the objects and the content, fontTools the
embedded fonts, poppler renders. Clause numbers are of ISO 19005-2 (PDF/A-2) in ``archival``
and of ISO 14289-1 (PDF/UA-1) in ``accessible``.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image
from pypdf import PdfReader

A4, A5 = (595.28, 841.89), (419.53, 595.28)
SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
PAINTS = SHOWS_TEXT | {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "INLINE IMAGE"}


# Every paper


def common(
    content: bytes,
    *,
    words: Iterable[str] = (),
    links: Iterable[str] = (),
    size: tuple[float, float] = A4,
    most_bytes: int | None = None,
) -> list[str]:
    """Fonts, text, links, title, language, paper size, weight."""
    wrong = []
    with pikepdf.open(BytesIO(content)) as pdf:
        wrong += syntax(pdf)
        wrong += [said for font in fonts_of(pdf) for said in of_font(font)]
        wrong += titled(pdf)
        for number, page in enumerate(pdf.pages, start=1):
            if not has_size(page, size):
                wrong.append(f"page {number}: {[float(one) for one in page.mediabox]}")
        wrong += [f"no link to {one}" for one in links if one not in set(targets(pdf))]
    wrong += missing_words(content, words)
    if most_bytes is not None and len(content) > most_bytes:
        wrong.append(f"{len(content)} bytes, more than {most_bytes}")
    return wrong


def syntax(pdf: Pdf) -> list[str]:
    """What qpdf repairs silently for a reader, another reader may stumble over."""
    return [f"syntax: {said}" for said in pdf.check_pdf_syntax()]


def titled(pdf: Pdf) -> Iterator[str]:
    title = str(pdf.docinfo.get("/Title", ""))
    if not title.strip():
        yield "no title"
    language = str(pdf.Root.get("/Lang", ""))
    if not re.fullmatch(r"[a-z]{2}(-[A-Za-z0-9]+)*", language):
        yield f"language is «{language}»"


def has_size(page: pikepdf.Page, size: tuple[float, float]) -> bool:
    x1, y1, x2, y2 = (float(one) for one in page.mediabox)
    found = sorted((x2 - x1, y2 - y1))
    return all(abs(one - other) < 1 for one, other in zip(found, sorted(size), strict=True))


def targets(pdf: Pdf) -> Iterator[str]:
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            if link.get("/Subtype") == Name.Link and "/A" in link:
                yield str(link.A.get("/URI", ""))


def missing_words(content: bytes, words: Iterable[str]) -> Iterator[str]:
    """By two readers: what one puts right the other may not."""
    said = subprocess.run(["pdftotext", "-", "-"], input=content, check=True, capture_output=True)
    of_pypdf = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    for reader, text in (("pdftotext", said.stdout.decode()), ("pypdf", "\n".join(of_pypdf))):
        whole = folded(text)
        yield from (f"{reader} does not find «{one}»" for one in words if folded(one) not in whole)


def folded(text: str) -> str:
    """A line may end anywhere in a paper: blanks and hyphens at its end say nothing."""
    return re.sub(r"\s+", "", text.replace("\u00ad", ""))


# Fonts


def fonts_of(pdf: Pdf) -> list[Any]:
    return [
        one
        for one in pdf.objects
        if isinstance(one, Dictionary)
        and one.get("/Type") == Name.Font
        and one.get("/Subtype") not in (Name.CIDFontType0, Name.CIDFontType2)
    ]


def of_font(font: Any) -> Iterator[str]:
    """Composite, embedded, a subset, each of its signs with its letter."""
    name = str(font.get("/BaseFont", "?"))
    if font.get("/Subtype") != Name.Type0:
        yield f"font {name} is {font.get('/Subtype')}"
        return
    [face] = list(font.DescendantFonts)
    about = face.FontDescriptor
    file = about.get("/FontFile2") or about.get("/FontFile3")
    if file is None:
        yield f"font {name} is not embedded"
        return
    if not re.match(r"/[A-Z]{6}\+", name):
        yield f"font {name} is not a subset"
    if "/ToUnicode" not in font:
        yield f"font {name} does not say which letters it shows"


def glyphs_shown(pdf: Pdf) -> dict[int, set[int]]:
    """By the number of the font object: which of its signs the pages show."""
    shown: dict[int, set[int]] = {}
    for holder in holders(pdf):
        fonts = holder.resources.get("/Font", {})
        font = 0
        for step in holder.steps:
            if step.operator == "Tf":
                font = fonts[str(step.operands[0])].objgen[0]
            elif step.operator in SHOWS_TEXT:
                codes = b"".join(strings_of(step.operands))
                found = {codes[at] * 256 + codes[at + 1] for at in range(0, len(codes) - 1, 2)}
                shown.setdefault(font, set()).update(found)
    return shown


def strings_of(operands: Iterable[Any]) -> Iterator[bytes]:
    for one in operands:
        if isinstance(one, Array):
            yield from strings_of(one)
        elif isinstance(one, pikepdf.String):
            yield bytes(one)


def of_shown_glyphs(pdf: Pdf) -> Iterator[str]:
    """6.2.11.5 (7.21.5): widths in the document and in the font agree; 6.2.11.8 (7.21.8): no
    empty boxes instead of letters; 6.2.11.7.2 (7.21.7): a letter for each."""
    numbered = {one.objgen[0]: one for one in fonts_of(pdf)}
    for number, shown in glyphs_shown(pdf).items():
        font = numbered[number]
        [face] = list(font.DescendantFonts)
        name = str(font.BaseFont)
        if 0 in shown:
            yield f"font {name} shows an empty box"
        letters = letters_of(font)
        if nameless := {one for one in shown if not letters.get(one, "").strip("\0")}:
            yield f"font {name}: signs {sorted(nameless)[:5]} have no letters"
        about = face.FontDescriptor
        file = about.get("/FontFile2") or about.get("/FontFile3")
        program = TTFont(BytesIO(file.read_bytes()))
        unit = 1000 / program["head"].unitsPerEm
        widths, order = widths_of(face), program.getGlyphOrder()
        for one in shown:
            if one >= len(order):
                yield f"font {name}: sign {one} is not in the file"
            elif abs(program["hmtx"][order[one]][0] * unit - widths.get(one, 1000.0)) > 1.5:
                yield f"font {name}: sign {one} is {widths.get(one)} wide in the document"


def widths_of(face: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    entries = list(face.get("/W", []))
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, Array):
            found.update({first + at: float(one) for at, one in enumerate(second)})
        else:
            width = float(entries.pop(0))
            found.update(dict.fromkeys(range(first, int(second) + 1), width))
    return found


def letters_of(font: Any) -> dict[int, str]:
    text = font.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, letters in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f ]*)>", block):
            found[int(code, 16)] = bytes.fromhex(letters).decode("utf-16-be", "replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        pattern = r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>"
        for first, last, letter in re.findall(pattern, block):
            for at in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + at] = chr(int(letter, 16) + at)
    return found


# Content


@dataclass(frozen=True)
class Step:
    operator: str
    operands: list[Any]


@dataclass(frozen=True)
class Holder:
    """A page, or a form that pages show, with its steps of drawing."""

    name: str
    of: Any
    resources: Any
    steps: list[Step]


def holders(pdf: Pdf) -> Iterator[Holder]:
    for number, page in enumerate(pdf.pages, start=1):
        yield Holder(f"page {number}", page.obj, page.resources, steps_of(page))
    for one in pdf.objects:
        if isinstance(one, Stream) and one.get("/Subtype") == Name.Form:
            yield Holder(
                f"form {one.objgen[0]}", one, one.get("/Resources", Dictionary()), steps_of(one)
            )


def steps_of(of: Any) -> list[Step]:
    return [
        Step(str(one.operator), list(getattr(one, "operands", [])))
        for one in pikepdf.parse_content_stream(of)
    ]


# In grey


def in_grey(content: bytes, folder: Path, *, least: int = 100) -> list[str]:
    """Every word stands out from what is behind it when the printer has one ink: the darkest
    and the lightest dot within its box differ by ``least`` of 255."""
    paper = folder / "grey.pdf"
    paper.write_bytes(content)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(paper), "-"], check=True, capture_output=True
    ).stdout.decode()
    command = ["pdftoppm", "-gray", "-r", "100", str(paper), str(folder / "grey")]
    subprocess.run(command, check=True)
    pictures = [Image.open(one) for one in sorted(folder.glob("grey-*.pgm"))]
    wrong = []
    for picture, page in zip(pictures, boxes.split("<page ")[1:], strict=True):
        for found in re.finditer(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
            page,
        ):
            box = [float(one) * 100 / 72 for one in found.groups()[:4]]
            inside = picture.crop((int(box[0]), int(box[1]), int(box[2]) + 2, int(box[3]) + 2))
            histogram = inside.histogram()
            shades = [shade for shade, dots in enumerate(histogram) if dots]
            darkest, lightest = shades[0], shades[-1]
            if lightest - darkest < least:
                wrong.append(f"«{found[5]}» is pale: {darkest} on {lightest}")
    return wrong


# Text of XMP


def metadata_of(pdf: Pdf) -> bytes:
    return bytes(pdf.Root.Metadata.read_bytes()) if "/Metadata" in pdf.Root else b""


def namespaces_of(packet: bytes) -> set[str]:
    body = re.search(rb"<x:xmpmeta.*</x:xmpmeta>", packet, re.S)
    if not body:
        return set()
    root = ElementTree.fromstring(body[0])  # noqa: S314 - our own file
    names = {one.tag for one in root.iter()} | {key for one in root.iter() for key in one.attrib}
    return {name[1:].partition("}")[0] for name in names if name.startswith("{")}
