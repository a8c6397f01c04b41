"""Papers: templates become orders here, and PDF in the press's own process.

WeasyPrint is slow and large, and what it lays out comes from people: it never runs in a thread
that serves pages. Who asks for a paper waits for its process, if there is a place in the line
(workbench); a paper that is on the shelf needs neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _

from app.base.rules import RuleBroken
from app.press.millimetres import A4
from app.press.orders import Column, Leaf, Leaves, Lists, Order, Pages, Picture, Piece, Row, Table
from app.workbench import workshop as workbench

SIDE = 12  # mm on the left and on the right of lists
HEADER_HEIGHT = 9.0  # mm
press = workbench.Workshop("app.press.fulfilling:fulfilled")


class PaperTooLarge(RuleBroken):
    def __init__(self) -> None:
        super().__init__(
            _("This paper is too large to be printed at once. Divide it: choose fewer people, "
              "times or columns.")
        )  # fmt: skip


def fulfil(order: Order) -> bytes:
    """The paper as PDF. Raises Busy when there is no place in the line."""
    budget = workbench.Budget(
        memory=current_app.config["PRINT_MEMORY_MB"],
        seconds=current_app.config["PRINT_SECONDS"],
        idle=current_app.config["PRINT_IDLE_SECONDS"],
    )
    with workbench.place():
        try:
            return press.ask(order, budget=budget).content
        except workbench.TooMuch as too_much:
            raise PaperTooLarge from too_much


def render(
    template: str,
    *,
    pictures: Mapping[str, Picture] | None = None,
    archival: bool = False,
    **context: Any,
) -> bytes:
    """The template as a PDF document; ``archival``: as PDF/A-2b. ``pictures`` are drawn by us,
    not fetched: by the address that the template or the style gives for them."""
    return fulfil(ordered(template, pictures=pictures, archival=archival, **context))


def ordered(
    template: str,
    *,
    pictures: Mapping[str, Picture] | None = None,
    archival: bool = False,
    **context: Any,
) -> Pages:
    return Pages([render_template(template, **context)], dict(pictures or {}), archival)


def ordered_in_sizes(
    template: str, *, sizes: Sequence[str], pictures: Mapping[str, Picture], **context: Any
) -> Pages:
    """In the first of these sizes in which all stands on one page; else in the last."""
    texts = [render_template(template, size=size, **context) for size in sizes]
    return Pages(texts, dict(pictures))


def piece(template: str, **context: Any) -> Piece:
    """The first page of this template, laid out once by the press for the same HTML."""
    return Piece(render_template(template, **context))


def printed(
    leaves: Iterable[Leaf], *, title: str, archival: bool = False, tagged: bool = False
) -> bytes:
    """The leaves as a PDF document; ``archival``: as PDF/A; ``tagged``: as PDF/UA."""
    return fulfil(Leaves(list(leaves), title, archival, tagged))


# Lists


@dataclass(frozen=True)
class Part:
    """A table that begins on a new page. ``context`` is for the template's heading and ending."""

    rows: Sequence[Row]
    context: dict[str, Any] = field(default_factory=dict)
    footer: str = ""


def printed_lists(
    template: str,
    parts: Sequence[Part],
    columns: Sequence[Column],
    *,
    title: str,
    landscape: bool = False,
    row_height: float = 8,
    archival: bool = False,
) -> bytes:
    """A PDF/UA document: each part on pages of its own, «Страница x из y» on each page.

    ``template`` is rendered twice for each part: with ``piece`` «heading» and «ending». It
    extends pdf/piece.html.
    """
    width = A4[1 if landscape else 0] - 2 * SIDE
    widths = shared(columns, width)
    columns = [
        Column(one.heading, wide, one.align) for one, wide in zip(columns, widths, strict=True)
    ]
    lefts = [sum(widths[:place]) for place in range(len(widths))]

    def of(kind: str, height: float) -> str:
        return render_template(
            "pdf/table_row.html",
            kind=kind,
            width=width,
            height=height,
            columns=list(zip(columns, lefts, strict=True)),
        )

    def text(which: str, part: Part) -> str:
        return render_template(template, piece=which, width=width, **part.context)

    return fulfil(
        Lists(
            [
                Table(part.rows, text("heading", part), text("ending", part), part.footer)
                for part in parts
            ],
            columns,
            header=of("header", HEADER_HEIGHT),
            row=of("row", row_height),
            heading=of("heading", row_height),
            footer=render_template("pdf/table_footer.html", width=width),
            title=title,
            is_landscape=landscape,
            archival=archival,
        )
    )


def shared(columns: Sequence[Column], width: float) -> list[float]:
    """The widths in millimetres: all shrink alike when together they are too wide."""
    fixed = sum(one.width for one in columns)
    free = [one for one in columns if not one.width]
    least = 15.0 * len(free)
    factor = min(1.0, (width - least) / fixed) if fixed else 1.0
    rest = (width - fixed * factor) / len(free) if free else 0
    if not free:  # the last one takes what is left
        widths = [one.width * factor for one in columns]
        return [*widths[:-1], width - sum(widths[:-1])]
    return [one.width * factor or rest for one in columns]
