"""How large the words of a certificate are set, so that all of them have room.

Only rooms are measured here, by counting letters: a text that is a little too long for its
room is made smaller when it is printed (app.press.pieces).
"""

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from app.base.words.braces import BRACES, named
from app.certificates.design.layouts import Layout
from app.press.millimetres import MM

# Width of a letter on the average, in parts of its size.
REGULAR, BOLD, CAPITAL = 0.51, 0.57, 0.76
LEADING = 1.28
# Lines of the body by what they say, and their sizes.
RESULT, STRONG, PLAIN, SMALL = "result", "strong", "plain", "small"
SIZES = {RESULT: 1.8, STRONG: 1.42, PLAIN: 1.15, SMALL: 1.0}
MOST_LINES = 8
ONE_LINE = 1.25  # lines of a name that are made one
GAPS = 4.4  # between heading, name and body, together, in sizes of the text
GAP_OF_LINE = 0.35
STEP = 0.96
SLOWER = 0.5  # the text shrinks less than heading and name do


class Line(NamedTuple):
    """A paragraph of the body and its room; sizes and heights in points."""

    slot: str
    text: str
    style: str
    lines: int
    size: float
    height: float


class Setting(NamedTuple):
    size: float
    heading: float
    lead: Line | None
    holder: Line
    body: list[Line]


def paragraphs(body: str) -> list[str]:
    """Those that say something; what is more than there are places for joins the last."""
    found = [line.strip() for line in body.splitlines() if line.strip()]
    return [*found[: MOST_LINES - 1], " ".join(found[MOST_LINES - 1 :])][: len(found)]


def style_of(paragraph: str, *, flat: bool) -> str:
    """A line of nothing but the result or the title is set large, one of nothing but facts
    small."""
    said = {named(one) for one in BRACES.finditer(paragraph)}
    if flat or not said or re.search(r"\w", BRACES.sub("", paragraph)):
        return PLAIN
    if said == {"результат"}:
        return RESULT
    if "мероприятие" in said:
        return STRONG if len(said) == 1 else PLAIN
    return SMALL


def lines_of(text: str, *, size: float, width: float, letter: float) -> int:
    """How many lines the text takes; ``width`` in millimetres."""
    letters = max(8, int(width * MM / (size * letter)))
    return max(1, len(textwrap.wrap(text, letters)))


def set_in(
    layout: Layout,
    *,
    heading: str,
    subheading: str,
    lead: str,
    holder: str,
    body: Sequence[tuple[str, str]],
    height: float,
) -> Setting:
    """The largest sizes in which everything has room. ``body``: styles and texts."""
    scale = layout.most_scale
    room = height * MM
    while True:
        setting = _set(layout, scale, heading=heading, lead=lead, holder=holder, body=body)
        if _height(setting, layout, heading, subheading) <= room:
            return setting
        if scale <= layout.least_scale:
            return _squeezed(setting, _height(setting, layout, heading, subheading) - room)
        scale *= STEP


def _set(
    layout: Layout,
    scale: float,
    *,
    heading: str,
    lead: str,
    holder: str,
    body: Sequence[tuple[str, str]],
) -> Setting:
    size = layout.size * (scale if scale > 1 else scale**SLOWER)
    longest = max(map(len, textwrap.wrap(heading, 26)), default=1)
    one_line = layout.width * MM / (longest * CAPITAL)
    return Setting(
        size=size,
        heading=min(layout.heading * scale, one_line),
        lead=_line("lead", lead, PLAIN, size * SIZES[PLAIN], layout) if lead else None,
        holder=_holder(holder, layout.holder * (scale if scale > 1 else scale**0.7), layout),
        body=[
            _line(f"body{place}", text, style, size * SIZES[style], layout)
            for place, (style, text) in enumerate(body, start=1)
        ],
    )


def _line(slot: str, text: str, style: str, size: float, layout: Layout) -> Line:
    letter = BOLD if style in (STRONG, RESULT) else REGULAR
    lines = lines_of(text, size=size, width=layout.width, letter=letter)
    return Line(slot, text, style, lines, size, lines * size * LEADING)


def _holder(text: str, size: float, layout: Layout) -> Line:
    """A line, in which a long name becomes smaller; a very long one gets a second line."""
    takes = len(text) * BOLD * size / (layout.width * MM)  # lines
    lines, height = (1, 1.3) if takes <= ONE_LINE else (2, 2.3)
    return Line("holder", text, STRONG, lines, size, size * height)


def _height(setting: Setting, layout: Layout, heading: str, subheading: str) -> float:
    size = setting.size
    of_heading = setting.heading * 1.15 * len(textwrap.wrap(heading, 26))
    of_subheading = size * 1.4 * LEADING if subheading else 0
    of_lead = setting.lead.height if setting.lead else 0
    of_body = sum(line.height for line in setting.body)
    gaps = size * (GAPS + GAP_OF_LINE * max(0, len(setting.body) - 1))
    return of_heading + of_subheading + of_lead + setting.holder.height + of_body + gaps


def _squeezed(setting: Setting, too_much: float) -> Setting:
    """More words than there is room for: their rooms shrink, the press makes them fit."""
    whole = sum(line.height for line in setting.body) or 1
    part = max(0.25, 1 - too_much / whole)
    return setting._replace(
        body=[line._replace(height=line.height * part) for line in setting.body]
    )
