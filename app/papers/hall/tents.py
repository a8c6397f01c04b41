"""Table tents: a sheet folded in two, so that both sides of a table read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app.base.words.text import clean
from app.events.models import Event
from app.papers.hall.badges import parts_of
from app.press import printer
from app.press.millimetres import A4, MM
from app.press.orders import Leaf, Stamp


@dataclass(frozen=True)
class Tent:
    large: str
    small: str = ""


def typed_tent(line: str) -> Tent:
    """«Бадмаев Санджи Эрдниевич; директор техникума»: the surname has a line of its own."""
    name, _sign, small = line.partition(";")
    last, *given = parts_of(name)
    return Tent("\n".join(filter(None, (last, " ".join(filter(None, given))))), clean(small))


def stands_of(event: Event) -> list[Tent]:
    """The exhibitors of a fair, in the order in which the organizer named them."""
    return [Tent(clean(stand)) for stand in event.stands if clean(stand)]


def printed_tents(event: Event, tents: Sequence[Tent]) -> bytes:
    """A sheet for each. In Russian whoever prints them."""
    width, height = A4
    with force_locale("ru"):
        half = printer.piece("pdf/hall/tent.html", width=width, height=height / 2)
        fold = printer.piece("pdf/hall/tent_fold.html", at=height / 2)
        leaves = []
        for tent in tents:
            filled = {"large": tent.large, "small": tent.small, "event": event.title}
            leaves.append(
                Leaf(
                    [
                        Stamp(fold),
                        Stamp(half, filled=filled, upside_down=True),
                        Stamp(half, y=height / 2 * MM, filled=filled),
                    ],
                    width * MM,
                    height * MM,
                )
            )
        return printer.printed(leaves, title=f"{_('Table tents')}: {event.title}")
