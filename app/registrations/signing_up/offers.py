"""Seats that become free late are offered: who waits says yes, or the next is asked."""

from datetime import datetime, timedelta

from app.base import clock
from app.base.db import db
from app.registrations.letters import tell
from app.registrations.models import Registration, Status

# From so long before the beginning on, a seat is offered instead of given: somebody who has
# waited for weeks may not look at the mail any more, and the chair would stay empty.
LATE = timedelta(hours=24)
TO_ANSWER = timedelta(hours=3)
LAST_MOMENT = timedelta(hours=1)  # before the beginning


def must_be_offered(waiting: Registration) -> bool:
    """Late, and only to those who can answer: a class is looked after by its teacher, and
    who left no address reads no letter. They get the seat at once."""
    is_late = waiting.slot.starts_at - clock.now() <= LATE
    return is_late and bool(waiting.email) and waiting.group_id is None


def offer_ends(slot_begins: datetime) -> datetime:
    """Three hours from now, at the latest an hour before the beginning; in the last two
    hours half of what is left, so that there is always time to answer and to ask the next."""
    now = clock.now()
    half = now + (slot_begins - now) / 2
    return min(now + TO_ANSWER, max(slot_begins - LAST_MOMENT, half))


def offer(waiting: Registration) -> None:
    """Hold the seat just taken until they answer."""
    waiting.status = Status.OFFERED
    waiting.hold_until = offer_ends(waiting.slot.starts_at)
    waiting.promoted_at = clock.now()
    db.session.flush()
    tell(waiting, "seat_offered")
