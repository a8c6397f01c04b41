"""PDF/A-2 (ISO 19005-2), levels A, B and U, and PDF/A-3 (ISO 19005-3): the clauses that the
objects of a file show. What needs the whole of a validator (veraPDF) is not here: the syntax
of tokens (6.1.5–6.1.9), CMaps of embedded fonts in detail, JPEG 2000, extension schemas."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.press.quality import (
    PAINTS,
    fonts_of,
    holders,
    metadata_of,
    namespaces_of,
    of_shown_glyphs,
)

PREDEFINED = {  # 6.6.2.3.1: properties of others need a description of their schema
    "adobe:ns:meta/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/XML/1998/namespace",
    "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/rights/",
    "http://ns.adobe.com/pdf/1.3/",
    "http://www.aiim.org/pdfa/ns/id/",
}
BLEND_MODES = {
    *("/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"),
    *("/ColorDodge", "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion"),
    *("/Hue", "/Saturation", "/Color", "/Luminosity"),
}
ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
ANNOTATIONS = {"/Link", "/Text", "/Widget", "/Popup", "/Highlight", "/Underline", "/Stamp"}
FILTERS = {"/FlateDecode", "/DCTDecode", "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode",
           "/CCITTFaxDecode", "/JBIG2Decode"}  # fmt: skip


def archival(content: bytes, status: str) -> list[str]:
    """``status``: «2B», «2A», «3B»."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return [
            *of_file(content, pdf),
            *of_metadata(pdf, status),
            *of_output_intent(pdf),
            *of_catalog(pdf, status),
            *of_objects(pdf),
            *of_fonts(pdf),
            *of_content(pdf),
        ]


def of_file(content: bytes, pdf: Pdf) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", content):
        yield "6.1.2: the header, with a line of four binary signs"
    if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
        yield "6.1.3: encrypted"
    if [len(bytes(one)) > 0 for one in pdf.trailer.get("/ID", [])] != [True, True]:
        yield "6.1.3: no ID in the trailer"
    if not re.search(rb"%%EOF\r?\n?$", content):
        yield "6.1.3: something stands after the end"
    if len(pdf.objects) > 8_388_607:
        yield "6.1.13: too many objects"


def of_metadata(pdf: Pdf, status: str) -> Iterator[str]:
    packet = metadata_of(pdf)
    if not packet:
        yield "6.6.2.1: no metadata"
        return
    if b'encoding="' in packet.partition(b"?>")[0] or b"bytes=" in packet.partition(b"?>")[0]:
        yield "6.6.2.1: the packet’s header names bytes or an encoding"
    if pdf.Root.Metadata.get("/Type") != Name.Metadata or pdf.Root.Metadata.Subtype != Name.XML:
        yield "6.6.2.1: metadata are not XML"
    with pdf.open_metadata() as metadata:
        if metadata.pdfa_status != status:
            yield f"6.6.4: says it is PDF/A {metadata.pdfa_status!r}"
        for key, entry in (("dc:title", "/Title"), ("pdf:Producer", "/Producer")):
            told = str(pdf.docinfo.get(entry, ""))
            if told and metadata.get(key) != told:
                yield f"6.6.3: {key} is {metadata.get(key)!r}, {entry} is {told!r}"
    if strange := namespaces_of(packet) - PREDEFINED:
        yield f"6.6.2.3.1: properties without a described schema: {strange}"


def of_output_intent(pdf: Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.S == Name.GTS_PDFA1]
    if len(intents) != 1:
        yield f"6.2.3: {len(intents)} output intents"
        return
    profile = intents[0].get("/DestOutputProfile")
    if profile is None:
        yield "6.2.3: no profile"
        return
    data = profile.read_bytes()
    if profile.get("/N") != 3 or data[16:20] != b"RGB " or data[36:40] != b"acsp":
        yield "6.2.3: the profile is none of RGB"
    if data[12:16] not in (b"mntr", b"prtr") or data[8] > 4:
        yield "6.2.3: the profile is of no output device, or too new"
    if not intents[0].get("/OutputConditionIdentifier"):
        yield "6.2.3: the intent has no identifier"


def of_catalog(pdf: Pdf, status: str) -> Iterator[str]:
    root = pdf.Root
    for key, clause in (
        ("/AA", "6.5.2"), ("/OpenAction", "6.5.1"), ("/Requirements", "6.11"),
        ("/OCProperties", "6.9"), ("/Perms", "6.1.12"), ("/NeedsRendering", "6.4.2"),
        ("/AcroForm", "6.4.1"),
    ):  # fmt: skip
        if key in root:
            yield f"{clause}: {key} in the catalog"
    names = root.get("/Names", Dictionary())
    if "/JavaScript" in names:
        yield "6.5.1: JavaScript"
    if "/AlternatePresentations" in names:
        yield "6.10: alternate presentations"
    if "/EmbeddedFiles" in names and status.startswith("2"):
        yield "6.8: a file inside"
    if status.endswith("A") and not root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield "6.7.2.2: not marked"
    if status.endswith("A") and "/StructTreeRoot" not in root:
        yield "6.7.3.2: no structure"


def of_objects(pdf: Pdf) -> Iterator[str]:
    for one in pdf.objects:
        if isinstance(one, Stream):
            yield from of_stream(one)
        if isinstance(one, Stream | Dictionary):
            yield from of_dictionary(one)
        yield from of_limits(one)
    for page in pdf.pages:
        if "/AA" in page or "/PresSteps" in page:
            yield "6.5.2: actions of a page"
        for link in page.get("/Annots", []):
            yield from of_annotation(link)


def of_stream(one: Any) -> Iterator[str]:
    if {"/F", "/FFilter", "/FDecodeParms"} & set(one.keys()) and one.get("/Type") != Name.Annot:
        yield "6.1.7.1: a stream in another file"
    filters = one.get("/Filter", [])
    for each in [filters] if isinstance(filters, Name) else filters:
        if str(each) not in FILTERS:
            yield f"6.1.7.2: filter {each}"
    kind = one.get("/Subtype")
    if kind == Name.PS or {"/PS", "/Ref", "/OPI"} & set(one.keys()):
        yield "6.2.9: PostScript, a reference or OPI"
    if kind == Name.Image:
        if {"/Alternates", "/OPI"} & set(one.keys()) or one.get("/Interpolate", False):
            yield "6.2.8: alternates or interpolation of an image"
        if "CMYK" in repr(one.get("/ColorSpace", "")):
            yield "6.2.4.3: an image in CMYK"


def of_dictionary(one: Any) -> Iterator[str]:
    is_action = one.get("/Type") == Name.Action or ("/S" in one and "/URI" in one)
    if is_action and str(one.get("/S")) not in ACTIONS:
        yield f"6.5.1: action {one.get('/S')}"
    if {"/TR", "/HTP"} & set(one.keys()) and "/S" not in one:
        yield "6.2.5: a transfer function"
    mode = one.get("/BM")
    if isinstance(mode, Name) and str(mode) not in BLEND_MODES:
        yield f"6.2.10: blend mode {mode}"
    if one.get("/Type") == Name.Filespec and "/AFRelationship" not in one:
        yield "6.8 (PDF/A-3): a file without its relationship"


def of_limits(one: Any) -> Iterator[str]:
    if isinstance(one, pikepdf.String) and len(bytes(one)) > 32_767:
        yield "6.1.13: a text is too long"
    names = [str(one)] if isinstance(one, Name) else []
    names += list(one.keys()) if isinstance(one, Dictionary) else []
    if any(len(name.encode()) > 128 for name in names):
        yield "6.1.13: a name is too long"
    if isinstance(one, Array):
        for each in one:
            if not isinstance(each, Dictionary | Array | Stream):
                yield from of_limits(each)


def of_annotation(one: Any) -> Iterator[str]:
    if str(one.Subtype) not in ANNOTATIONS:
        yield f"6.3.1: annotation {one.Subtype}"
    flags = int(one.get("/F", 0))
    hidden = flags & (1 | 2 | 32 | 256)  # Invisible, Hidden, NoView, ToggleNoView
    if not flags & 4 or hidden:
        yield f"6.3.2: flags {flags} of an annotation"
    if "/AA" in one:
        yield "6.5.2: actions of an annotation"
    if set(one.get("/AP", Dictionary()).keys()) - {"/N"}:
        yield "6.3.3: appearances besides the normal one"


def of_fonts(pdf: Pdf) -> Iterator[str]:
    yield from (f"6.2.11: {said}" for said in of_shown_glyphs(pdf))
    for font in fonts_of(pdf):
        [face] = list(font.DescendantFonts)
        name = str(font.BaseFont)
        if str(font.Encoding) not in ("/Identity-H", "/Identity-V"):
            yield f"6.2.11.3.3: encoding {font.Encoding} of {name}"
        if {"/Registry", "/Ordering", "/Supplement"} - set(face.CIDSystemInfo.keys()):
            yield f"6.2.11.3.1: {name} does not say its character collection"
        if face.Subtype == Name.CIDFontType2 and "/CIDToGIDMap" not in face:
            yield f"6.2.11.3.2: {name} has no CIDToGIDMap"
        about = face.FontDescriptor
        if str(about.get("/FontName")) != name or str(face.BaseFont) != name:
            yield f"6.2.11.2: {name} has other names inside"
        if "/CIDSet" in about:
            yield from of_cid_set(name, about)


def of_cid_set(name: str, about: Any) -> Iterator[str]:
    """6.2.11.4.2: one that is there lists all signs of the file."""
    program = TTFont(BytesIO((about.get("/FontFile2") or about.FontFile3).read_bytes()))
    bits = about.CIDSet.read_bytes()
    listed = {
        8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte >> 7 - bit & 1
    }
    there = set(range(program["maxp"].numGlyphs))
    if listed != there:
        yield f"6.2.11.4.2: CIDSet of {name} lists {len(listed)} of {len(there)} signs"


def of_content(pdf: Pdf) -> Iterator[str]:
    for holder in holders(pdf):
        depth = deepest = 0
        for step in holder.steps:
            depth += {"q": 1, "Q": -1}.get(step.operator, 0)
            deepest = max(deepest, depth)
            if step.operator in ("k", "K"):
                yield f"6.2.4.3: {holder.name} paints in CMYK"
            if step.operator == "ri" and str(step.operands[0]) not in (
                "/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation",
            ):  # fmt: skip
                yield f"6.2.6: {holder.name} has rendering intent {step.operands[0]}"
        if deepest > 28:
            yield f"6.1.13: {holder.name} nests q {deepest} deep"
        if depth:
            yield f"6.2.2: {holder.name} has q without Q"
        if "/Resources" not in holder.of and any(one.operator in PAINTS for one in holder.steps):
            yield f"6.2.2: {holder.name} has no resources of its own"
