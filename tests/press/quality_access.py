"""PDF/UA-1 (ISO 14289-1): what a screen reader needs, as far as the objects of a file show it.
Whether the order of reading makes sense only people can tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from tests.press.quality import PAINTS, Holder, Step, holders, metadata_of, of_shown_glyphs

STANDARD = {
    *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index"),
    *("NonStruct", "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl"),
    *("LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note"),
    *("Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu"),
    *("WT", "WP", "Figure", "Formula", "Form"),
}
PARENTS = {  # ISO 32000-1, 14.8.4.3: what stands in what
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"}, "TD": {"TR"},
    "THead": {"Table"}, "TBody": {"Table"}, "TFoot": {"Table"},
    "LI": {"L"}, "Lbl": {"LI", "Note", "TOCI"}, "LBody": {"LI"},
}  # fmt: skip


def accessible(content: bytes, *, says_so: bool = True) -> list[str]:
    """``says_so``: names itself PDF/UA-1 (an archive of level A is tagged and does not)."""
    with pikepdf.open(BytesIO(content)) as pdf:
        wrong = [*of_document(pdf, says_so), *(f"7.21: {one}" for one in of_shown_glyphs(pdf))]
        if "/StructTreeRoot" not in pdf.Root:
            return [*wrong, "7.1: no structure"]
        tree = Tree()
        tree.read(pdf)
        return [
            *wrong,
            *tree.wrong,
            *of_content(pdf),
            *of_parents(pdf, tree),
            *of_headings(tree),
            *of_tables(tree),
            *of_links(pdf, tree),
        ]


def of_document(pdf: Pdf, says_so: bool) -> Iterator[str]:
    marks = pdf.Root.get("/MarkInfo", Dictionary())
    if not marks.get("/Marked", False) or marks.get("/Suspects", False):
        yield "7.1: not marked"
    if not pdf.Root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield "7.1: the window shows the file’s name, not the title"
    if not str(pdf.Root.get("/Lang", "")):
        yield "7.2: no language"
    with pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "7.1: no title in the metadata"
        if says_so and metadata.get("pdfuaid:part") != "1":
            yield f"5: does not say that it is PDF/UA-1: {metadata_of(pdf)[:60]!r}"


# The tree


@dataclass
class Element:
    kind: str
    of: Any
    parent: "Element | None"
    children: list["Element"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # page object, number
    objects: list[int] = field(default_factory=list)  # numbers of annotations

    def below(self) -> Iterator["Element"]:
        for one in self.children:
            yield one
            yield from one.below()

    @property
    def has_words(self) -> bool:
        return bool(self.marks) or any(one.has_words for one in self.children)


class Tree:
    def __init__(self) -> None:
        self.tops: list[Element] = []
        self.by_number: dict[int, Element] = {}
        self.wrong: list[str] = []

    def read(self, pdf: Pdf) -> None:
        self.roles = {
            key.lstrip("/"): str(value).lstrip("/")
            for key, value in pdf.Root.StructTreeRoot.get("/RoleMap", Dictionary()).items()
        }
        for one in kids_of(pdf.Root.StructTreeRoot):
            self.tops.append(self.element(one, None))

    def element(self, of: Any, parent: Element | None) -> Element:
        kind = str(of.S).lstrip("/")
        kind = self.roles.get(kind, kind)
        made = Element(kind, of, parent)
        self.by_number[of.objgen[0]] = made
        self.wrong += self.said_of(made)
        page = of.get("/Pg")
        for kid in kids_of(of):
            if isinstance(kid, int):
                made.marks.append((page.objgen[0], kid))
            elif kid.get("/Type") == Name.MCR:
                made.marks.append((kid.get("/Pg", page).objgen[0], int(kid.MCID)))
            elif kid.get("/Type") == Name.OBJR:
                made.objects.append(kid.Obj.objgen[0])
            else:
                if kid.P.objgen != of.objgen:
                    self.wrong.append(f"a {kid.S} names another parent")
                made.children.append(self.element(kid, made))
        return made

    def said_of(self, one: Element) -> Iterator[str]:
        if one.kind not in STANDARD:
            yield f"7.1: no standard kind: {one.kind}"
        above = one.parent
        while above is not None and above.kind == "NonStruct":
            above = above.parent
        if one.kind in PARENTS and (above is None or above.kind not in PARENTS[one.kind]):
            yield f"7.2: {one.kind} in {above.kind if above else 'nothing'}"
        if one.kind == "Figure" and not (one.of.get("/Alt") or one.of.get("/ActualText")):
            yield "7.3: a picture without words"

    def all(self) -> Iterator[Element]:
        for top in self.tops:
            yield top
            yield from top.below()


def kids_of(of: Any) -> list[Any]:
    kids = of.get("/K", [])
    return list(kids) if isinstance(kids, Array) else [kids]


# Content and tree


def of_content(pdf: Pdf) -> Iterator[str]:
    """7.1: all that is painted is marked, or an artifact; 7.20 of forms."""
    shown = forms_in_artifacts(pdf)
    for holder in holders(pdf):
        is_form = holder.name.startswith("form")
        around = ["Artifact"] if is_form and holder.of.objgen[0] in shown else []
        yield from of_steps(holder, around, is_form=is_form)


def of_steps(holder: Holder, around: list[str], *, is_form: bool) -> Iterator[str]:
    stack = list(around)
    for step in holder.steps:
        if step.operator in ("BMC", "BDC"):
            stack.append(tag_of(step))
            yield from of_mark(holder.name, stack, is_form=is_form)
        elif step.operator == "EMC":
            if len(stack) > len(around):
                stack.pop()
            else:
                yield f"{holder.name} ends a mark that was not begun"
        elif step.operator in PAINTS and not any(stack):
            yield f"7.1: {holder.name} paints «{step.operator}» without a mark"
    if len(stack) != len(around):
        yield f"{holder.name} does not end a mark"


def tag_of(step: Step) -> str:
    """«Artifact», «read», or nothing that matters."""
    if step.operands[0] == Name.Artifact:
        return "Artifact"
    return "read" if number_of(step) is not None else ""


def number_of(step: Step) -> int | None:
    of = step.operands[1] if step.operator == "BDC" else None
    return int(of.MCID) if isinstance(of, Dictionary) and "/MCID" in of else None


def of_mark(name: str, stack: list[str], *, is_form: bool) -> Iterator[str]:
    *around, tag = stack
    if tag == "Artifact" and "read" in around:
        yield f"7.1: {name} has an artifact inside of what is read"
    if tag == "read" and "Artifact" in around:
        yield f"7.1: {name} has something to read inside of an artifact"
    if tag == "read" and is_form:
        yield f"7.20: {name} has something to read"


def forms_in_artifacts(pdf: Pdf) -> set[int]:
    """Forms that are shown inside of artifacts or of something read, by all who show them."""
    inside: set[int] = set()
    outside: set[int] = set()
    for _round in range(3):  # forms in forms
        for holder in holders(pdf):
            depth = int(holder.name.startswith("form") and holder.of.objgen[0] in inside)
            forms = holder.resources.get("/XObject", Dictionary())
            for step in holder.steps:
                depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(step.operator, 0)
                if step.operator == "Do":
                    (inside if depth else outside).add(forms[str(step.operands[0])].objgen[0])
    return inside - (outside - inside)


def of_parents(pdf: Pdf, tree: Tree) -> Iterator[str]:
    """Marks, elements and the tree that leads back from the ones to the others agree."""
    nums = dict(numbered(pdf.Root.StructTreeRoot.ParentTree))
    claimed = {mark: one for one in tree.all() for mark in one.marks}
    used: set[tuple[int, int]] = set()
    for holder in holders(pdf):
        found = [number_of(step) for step in holder.steps if step.operator == "BDC"]
        marks = [mark for mark in found if mark is not None]
        if holder.name.startswith("form") or not marks:
            continue
        page = holder.of.objgen[0]
        used |= {(page, mark) for mark in marks}
        if len(marks) != len(set(marks)):
            yield f"{holder.name} uses a number twice"
        elements = nums.get(int(holder.of.get("/StructParents", -1)), [])
        for mark in marks:
            parent = elements[mark] if mark < len(elements) else None
            yield from of_parent(f"{holder.name}: mark {mark}", parent, claimed.get((page, mark)))
    if lost := set(claimed) - used:
        yield f"elements name marks that are not there: {sorted(lost)[:3]}"


def of_parent(name: str, parent: Any, element: Element | None) -> Iterator[str]:
    if parent is None:
        yield f"{name} has no parent"
    elif element is None:
        yield f"{name} is in no element that is read"
    elif parent.objgen != element.of.objgen:
        yield f"{name} has another parent"


def numbered(node: Any) -> Iterator[tuple[int, Any]]:
    entries = list(node.get("/Nums", []))
    yield from ((int(key), value) for key, value in zip(entries[::2], entries[1::2], strict=True))
    for kid in node.get("/Kids", []):
        yield from numbered(kid)


def of_headings(tree: Tree) -> Iterator[str]:
    """7.4.2: the first is H1, none is skipped downwards."""
    before = 0
    for one in tree.all():
        if one.kind in ("H1", "H2", "H3", "H4", "H5", "H6"):
            level = int(one.kind[1])
            if level > before + 1:
                yield f"7.4.2: H{level} after H{before}"
            before = level


def of_tables(tree: Tree) -> Iterator[str]:
    """7.5: rows of as many columns, headers that say what they head."""
    for table in (one for one in tree.all() if one.kind == "Table"):
        rows = [one for one in table.below() if one.kind == "TR"]
        widths = [sum(span(cell, "/ColSpan") for cell in cells_of(row)) for row in rows]
        down = any(span(cell, "/RowSpan") > 1 for row in rows for cell in cells_of(row))
        if len(set(widths)) > 1 and not down:
            yield f"7.2: rows of {sorted(set(widths))} columns in one table"
        cells = [cell for row in rows for cell in cells_of(row)]
        headers = [cell for cell in cells if cell.kind == "TH"]
        if not headers:
            yield "7.5: a table without headers"
        has_ids = any("/Headers" in attribute(cell) for cell in cells)
        if not has_ids and any("/Scope" not in attribute(cell) for cell in headers):
            yield "7.5: a header that does not say what it heads"


def cells_of(row: Element) -> list[Element]:
    found = []
    for one in row.children:
        found += [one] if one.kind in ("TH", "TD") else cells_of(one)
    return found


def attribute(cell: Element) -> Any:
    attributes = cell.of.get("/A", Dictionary())
    for one in attributes if isinstance(attributes, Array) else [attributes]:
        if isinstance(one, Dictionary) and one.get("/O") == Name.Table:
            return one
    return Dictionary()


def span(cell: Element, key: str) -> int:
    return int(attribute(cell).get(key, 1))


def of_links(pdf: Pdf, tree: Tree) -> Iterator[str]:
    """7.18: annotations stand in the tree, are described, and are reached in its order."""
    read = {number: one for one in tree.all() for number in one.objects}
    nums = dict(numbered(pdf.Root.StructTreeRoot.ParentTree))
    for place, page in enumerate(pdf.pages, start=1):
        notes = list(page.get("/Annots", []))
        if notes and page.get("/Tabs") != Name.S:
            yield f"7.18.3: page {place} is not walked through in the order of its structure"
        for one in notes:
            element = read.get(one.objgen[0])
            if element is None or element.kind != "Link":
                yield f"7.18.5: a link on page {place} stands in no Link"
            elif int(one.get("/StructParent", -1)) not in nums:
                yield f"7.18.1: a link on page {place} does not know its element"
            if not str(one.get("/Contents", "")):
                yield f"7.18.5: a link on page {place} is not described"
