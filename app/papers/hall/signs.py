"""Signs at doors and in corridors: what is here, or which way it is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app.base.words.text import clean, sort_key
from app.events.catalogue.calendars import absolute
from app.events.models import Event, Slot
from app.papers.hall.posters import times
from app.press import printer
from app.press.millimetres import A4, MM
from app.press.orders import Leaf, QRCode, Stamp
from app.web.filters import day, time

MOST_LINES = 6  # under the name of a room


@dataclass(frozen=True)
class Sign:
    large: str
    small: str = ""


def typed_sign(line: str) -> Sign:
    """«Актовый зал; 2-й этаж, налево»."""
    large, _sign, small = line.partition(";")
    return Sign(clean(large), clean(small))


def rooms_of(event: Event) -> dict[str, list[Slot]]:
    """The rooms that the event uses, each with what takes place there."""
    rooms: dict[str, list[Slot]] = defaultdict(list)
    for slot in event.slots_held:
        if room := clean(slot.room):
            rooms[room].append(slot)
    return dict(sorted(rooms.items(), key=lambda one: sort_key(one[0])))


def sign_of(room: str, slots: Sequence[Slot]) -> Sign:
    return Sign(room, "\n".join(programme(slots)))


def programme(slots: Sequence[Slot]) -> list[str]:
    """A line for each slot while there is room for them; else one for each day."""
    if len(slots) <= MOST_LINES:
        return [line_of(slot) for slot in slots]
    days: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[day(slot.starts_at, "short")].append(slot)
    if len(days) <= MOST_LINES:
        return [f"{date}: {times(of_day, with_ends=False)}" for date, of_day in days.items()]
    return [f"{day(slots[0].starts_at, 'short')} – {day(slots[-1].starts_at, 'short')}"]


def line_of(slot: Slot) -> str:
    """«24 ноября, 15:00–16:00 · Первый поток»."""
    same_day = day(slot.starts_at) == day(slot.ends_at)
    ends = time(slot.ends_at) if same_day else f"{day(slot.ends_at, 'short')}, {time(slot.ends_at)}"
    begins = f"{day(slot.starts_at, 'short')}, {time(slot.starts_at)}"
    when = f"{begins}–{ends}" if same_day else f"{begins} – {ends}"
    return " · ".join(filter(None, (when, slot.title)))


def printed_signs(
    event: Event,
    rooms: Sequence[str],
    typed: Sequence[Sign] = (),
    *,
    arrow: str = "",
    landscape: bool = True,
) -> bytes:
    """A page for each room and each typed line. ``arrow``: «left», «right», «up» or none.
    In Russian whoever prints them."""
    width, height = (A4[1], A4[0]) if landscape else A4
    code = QRCode(absolute("events.show", slug=event.slug))
    with force_locale("ru"):
        used = rooms_of(event)
        signs = [*(sign_of(room, used[room]) for room in rooms), *typed]
        piece = printer.piece("pdf/hall/sign.html", width=width, height=height, arrow=arrow)
        leaves = [
            Leaf(
                [
                    Stamp(
                        piece,
                        filled={
                            "large": sign.large,
                            "small": sign.small,
                            "event": event.title,
                            "qr": code,
                        },
                    )
                ],
                width * MM,
                height * MM,
            )
            for sign in signs
        ]
        return printer.printed(leaves, title=f"{_('Door signs')}: {event.title}")
