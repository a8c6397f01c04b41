"""How certificates are laid out: what a design may choose from.

A layout is a template in templates/pdf/certificate, rules in static/css/certificates.css and,
mostly, a frame in static/img/certificates. Here stands what the words need to know of it.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.certificates.design.looks import SKY

ALL_TEXTS = ("heading", "subheading", "lead", "body")


@dataclass(frozen=True)
class Layout:
    """``width`` and ``height`` (mm): where heading, name and body have room, below the emblem and
    the organization's name if these have no room of their own (``head``: how wide they are).
    The sizes are in points, before they are set larger or smaller to fill it."""

    code: str
    title: LazyString
    about: LazyString
    landscape: bool
    width: float
    height: float
    head: float = 0
    template: str = "centred"
    accent: str = SKY
    texts: tuple[str, ...] = ALL_TEXTS
    frame: bool = True  # it has a drawing of its own
    medal: bool = False  # a lotus where there is no emblem
    flat: bool = False  # the body is a plain text: no line of it is set apart
    size: float = 11.5
    heading: float = 38
    holder: float = 28
    least_scale: float = 0.33
    most_scale: float = 1.2


def _by_code(*layouts: Layout) -> dict[str, Layout]:
    return {one.code: one for one in layouts}


LAYOUTS = _by_code(
    Layout(
        "classic",
        _l("Classic"),
        _l("A frame of scrolls with lotuses in its corners, a lotus over the steppe."),
        landscape=True,
        width=229,
        height=110,
        head=229,
        most_scale=1.12,
    ),
    Layout(
        "honours",
        _l("With a laurel wreath"),
        _l("A diploma: a laurel wreath, a border of fine lines, the result in large letters."),
        landscape=False,
        width=150,
        height=101,
        heading=44,
        holder=27,
        medal=True,
        most_scale=1.3,
    ),
    Layout(
        "letter",
        _l("Letter on letterhead"),
        _l("A letter of thanks: letterhead, a thin frame, room for a long text."),
        landscape=False,
        width=150,
        height=112,
        template="letter",
        flat=True,
        size=12,
        heading=32,
        holder=22,
        most_scale=1.25,
    ),
    Layout(
        "reference",
        _l("Official reference"),
        _l("Black on white without ornament: number and date under the heading."),
        landscape=False,
        width=165,
        height=112,
        template="reference",
        frame=False,
        flat=True,
        size=12,
        heading=22,
        holder=16,
        most_scale=1.2,
    ),
    Layout(
        "ornament",
        _l("Kalmyk ornament"),
        _l("A border of meanders, the knot of happiness, ram’s horns and lotuses."),
        landscape=True,
        width=209,
        height=106,
        head=181,
        accent="#9b2226",
        most_scale=1.15,
    ),
    Layout(
        "strict",
        _l("Strict"),
        _l("Only letters, black and one colour, set from the left."),
        landscape=True,
        width=183,
        height=116,
        head=183,
        template="strict",
        frame=False,
        heading=42,
        holder=29,
        most_scale=1.15,
    ),
    Layout(
        "sky",
        _l("Big sky"),
        _l("A low sun, clouds and cranes over the plain; quiet and light."),
        landscape=True,
        width=215,
        height=115,
        head=173,
        most_scale=1.2,
    ),
    Layout(
        "steppe",
        _l("Steppe in spring"),
        _l("Tulips along the horizon, everything else stands in the sky."),
        landscape=False,
        width=154,
        height=127,
        head=154,
        accent="#17693f",
        heading=37,
        holder=26,
        most_scale=1.35,
    ),
)
