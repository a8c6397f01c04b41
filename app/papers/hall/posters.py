"""The poster of an event, for the stand in a school corridor."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from app.certificates.printing.document import site_name
from app.events.about.wording import audience, days_of, place_of, why_signup_is_closed
from app.events.catalogue.calendars import absolute
from app.events.models import Event, EventStatus, Format, Slot
from app.press import printer, shelf
from app.press.orders import DrawnOnce, QRCode
from app.web.filters import day, time

# From afar to close by: the first in which everything stands on one page.
SIZES = ("huge", "large", "medium", "small", "tiny", "least")
MOST_ENDS = 12  # slots that are named with their ends
MOST_LETTERS = 900  # of all days and times together


class Day(NamedTuple):
    """«12 декабря, суббота» and «10:00–11:30, 12:00–13:30»."""

    date: str
    times: str


def poster(event: Event) -> bytes:
    """One page with the QR code of the event's page. In Russian whoever prints it."""
    with force_locale("ru"):
        address = absolute("events.show", slug=event.slug)
        short = len(event.title + event.summary + event.venue) < 400  # saves drawing it in vain
        frame = DrawnOnce("img/poster.svg")
        order = printer.ordered_in_sizes(
            "pdf/hall/poster.html",
            sizes=SIZES if short else SIZES[2:],
            pictures={frame.url: frame, "qr:poster": QRCode(address)},
            event=event,
            days=short_days(event),
            place=place_in_words(event),
            audience=audience(event.audience, event.grade_from, event.grade_to),
            state=state_in_words(event),
            opens=why_signup_is_closed(event) if event.signup_opens_later else "",
            address=site_name() + address.partition(site_name())[2],
        )
    return shelf.kept(shelf.key_of("poster", order), lambda: printer.fulfil(order))


def short_days(event: Event) -> list[Day]:
    """All slots, short; of very many only from when to when: the event's page has the rest."""
    days = days_of(event)
    runs: list[tuple[date, date, str]] = []
    for one, of_day in days:
        slots = [slot for slot in of_day if not slot.is_called_off]
        if not slots:
            continue
        said = times(slots, with_ends=len(event.slots) <= MOST_ENDS)
        if runs and runs[-1][1:] == (one - timedelta(days=1), said):  # the same as the day before
            runs[-1] = (runs[-1][0], one, said)
        else:
            runs.append((one, one, said))
    found = [Day(dates(first, last), said) for first, last, said in runs]
    if sum(len(one.date) + len(one.times) for one in found) <= MOST_LETTERS:
        return found
    return [
        Day(
            dates(days[0][0], days[-1][0]),
            _("many times to choose from: see the page of the event"),
        )
    ]


def dates(first: date, last: date) -> str:
    if first == last:
        return f"{day(first, 'short')}, {day(first, 'weekday')}"
    return f"{day(first, 'd MMMM, EEEEEE')} – {day(last, 'd MMMM, EEEEEE')}"


def times(slots: Sequence[Slot], *, with_ends: bool) -> str:
    """The same time is said once."""
    said = [
        f"{time(slot.starts_at)}–{end(slot)}" if with_ends else time(slot.starts_at)
        for slot in slots
    ]
    return ", ".join(dict.fromkeys(said))


def end(slot: Slot) -> str:
    same_day = day(slot.starts_at) == day(slot.ends_at)
    return time(slot.ends_at) if same_day else f"{time(slot.ends_at)} {day(slot.ends_at, 'short')}"


def place_in_words(event: Event) -> str:
    rooms = {slot.room for slot in event.slots}
    room = rooms.pop() if len(rooms) == 1 else ""
    online = _("online, the link is on the ticket") if event.format is not Format.IN_PERSON else ""
    return "; ".join(filter(None, (place_of(event, room), online)))


def state_in_words(event: Event) -> str:
    """Why this poster should not hang; empty while it should."""
    if event.status is EventStatus.DRAFT:
        return _("Draft: the code works after the event is published")
    if event.is_called_off:
        return _("The event is called off")
    if event.is_over:
        return _("It is over")
    return (
        _("The organizer is suspended: nobody can sign up") if event.organization.is_halted else ""
    )
