"""What stands on a badge, and badges on sheets to be cut: eight on each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base.words.text import clean, sort_key
from app.certificates.printing.document import public_url
from app.events.models import Event
from app.press import printer
from app.press.millimetres import A4, MM
from app.press.orders import Leaf, Piece, QRCode, Stamp

WIDTH, HEIGHT = 90, 67  # mm: fits the usual holder; old printers reach every line of the sheet
COLUMNS, ROWS = 2, 4
EACH = COLUMNS * ROWS
LEFT = (A4[0] - COLUMNS * WIDTH) / 2
TOP = (A4[1] - ROWS * HEIGHT) / 2


@dataclass(frozen=True)
class BadgeRole:
    """A role at an event: told by its word, its colour and, on grey paper, its sign."""

    code: str
    title: Any  # translated when shown
    colour: str  # dark: white words stand on it
    sign: str  # a path on a square of 10 × 10


CIRCLE = "M5 1a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z"
RING = "M5 .8a4.2 4.2 0 1 1 0 8.4A4.2 4.2 0 0 1 5 .8Zm0 2a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4Z"
BARS = "M0 1h2.2v8H0ZM3.9 1h2.2v8H3.9ZM7.8 1H10v8H7.8Z"
STAR = "M5 .4 6.5 3.5 9.8 4 7.4 6.4 8 9.7 5 8.1 2 9.7 2.6 6.4.2 4 3.5 3.5Z"
ROLES = {
    role.code: role
    for role in (
        BadgeRole("participant", _l("Participant"), "#155680", CIRCLE),
        BadgeRole("companion", _l("Companion of a class"), "#17693f", "M5 .8 9.6 9H.4Z"),
        BadgeRole("organizer", _l("Organizer"), "#a3261d", "M1.2 1.2h7.6v7.6H1.2Z"),
        BadgeRole("volunteer", _l("Volunteer"), "#8a4b00", "M5 .3 9.7 5 5 9.7.3 5Z"),
        BadgeRole("expert", _l("Expert"), "#5b3596", STAR),
        BadgeRole("speaker", _l("Speaker"), "#0b5f66", "M3.6.6h2.8v3h3v2.8h-3v3H3.6v-3h-3V3.6h3Z"),
        BadgeRole("jury", _l("Member of the jury"), "#7a1f5c", "M2 1h6L9.8 5 8 9H2L.2 5Z"),
        BadgeRole("press", _l("Press"), "#333333", BARS),
        BadgeRole("guest", _l("Guest"), "#526272", RING),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Badge:
    """One badge. Without any name it is blank: there are lines to write on. ``code``: of the
    ticket, which the door reads; who has none gets no QR code."""

    role: BadgeRole
    last_name: str = ""
    first_name: str = ""
    patronymic: str = ""
    place: str = ""
    code: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.last_name or self.first_name)

    @property
    def large(self) -> str:
        """What is read from three steps away, each part in a line of its own."""
        return "\n".join(filter(None, (self.last_name, self.first_name)))


PATRONYMIC = re.compile(r"\w*(?:вич|ьич|вна|ична|инична)", re.IGNORECASE)


def parts_of(name: str) -> tuple[str, str, str]:
    """Surname, first name and patronymic of «Бадмаев Санджи Эрдниевич». Accounts say the same
    as «Санджи Эрдниевич Бадмаев»: the patronymic tells it."""
    first, second, third = [*clean(name).split(" ", 2), "", ""][:3]
    if third and PATRONYMIC.fullmatch(second) and not PATRONYMIC.fullmatch(third):
        return third, first, second
    return first, second, third


def named(role: BadgeRole, name: str, place: str) -> Badge:
    """Of whom one full name is known."""
    return Badge(role, *parts_of(name), clean(place))


def typed_badge(role: BadgeRole, line: str) -> Badge:
    """«Бадмаев Санджи Эрдниевич; Техникум, мастер»."""
    name, _sign, place = line.partition(";")
    return named(role, name, place)


def in_order(badges: Sequence[Badge]) -> list[Badge]:
    """By role and, in each, as Russians sort; blank ones last of their role."""
    places = {code: place for place, code in enumerate(ROLES)}
    return sorted(
        badges,
        key=lambda one: (
            places[one.role.code],
            one.is_blank,
            sort_key(one.last_name, one.first_name, one.patronymic),
        ),
    )


def sheets(badges: Sequence[Badge], *, stacked: bool) -> list[list[Badge]]:
    """Eight on each, row by row; ``stacked``: so that the sheets, cut as one pile, fall into
    eight piles that make the order again when they are put one on another."""
    if not stacked:
        return [list(badges[start : start + EACH]) for start in range(0, len(badges), EACH)]
    number = ceil(len(badges) / EACH)
    return [list(badges[start::number]) for start in range(number)]


def printed_badges(event: Event, badges: Sequence[Badge], *, stacked: bool = False) -> bytes:
    """The sheets as a PDF. In Russian whoever prints them."""
    pieces: dict[tuple[str, bool, bool], Piece] = {}

    def stamp(badge: Badge, place: int) -> Stamp:
        kind = (badge.role.code, bool(badge.code), badge.is_blank)
        if kind not in pieces:
            pieces[kind] = printer.piece(
                "pdf/hall/badge.html", role=badge.role, is_blank=badge.is_blank, width=WIDTH,
                height=HEIGHT, has_code=bool(badge.code),
            )  # fmt: skip
        down, across = divmod(place, COLUMNS)
        filled: dict[str, str | QRCode] = {
            "role": str(badge.role.title),
            "event": event.title,
            "name": badge.large,
            "patronymic": badge.patronymic,
            "place": badge.place,
        }
        if badge.code:
            filled["qr"] = QRCode(public_url("registrations.show", badge.code))
        return Stamp(pieces[kind], (LEFT + across * WIDTH) * MM, (TOP + down * HEIGHT) * MM, filled)

    with force_locale("ru"):
        cuts = printer.piece(
            "pdf/hall/badge_cuts.html",
            across=[LEFT + number * WIDTH for number in range(COLUMNS + 1)],
            down=[TOP + number * HEIGHT for number in range(ROWS + 1)],
        )
        leaves = [
            Leaf(
                [Stamp(cuts), *(stamp(badge, place) for place, badge in enumerate(sheet))],
                A4[0] * MM,
                A4[1] * MM,
            )
            for sheet in sheets(badges, stacked=stacked)
        ]
        return printer.printed(leaves, title=f"{_('Badges')}: {event.title}")
