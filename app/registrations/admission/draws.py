"""Lots decide: drawn once, from a seed whose hash was published before anybody applied."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base import clock
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Admission, Event, EventStatus, Slot
from app.events.seat_rules.actions import sha256
from app.events.seat_rules.draw_models import Draw
from app.events.slots import actions as slots
from app.registrations.letters import tell
from app.registrations.models import Status
from app.registrations.queries import applications_of, waiting_in
from app.registrations.signing_up.actions import promote
from app.sweeps.actions import by_the_clock
from app.web.filters import day, time


def in_order_of_lots(seed: str, numbers: Iterable[str]) -> list[str]:
    """What the ten lines of Python on the draw's page do too."""
    return sorted(numbers, key=lambda number: sha256(seed + number))


def draw(event: Event) -> Draw:
    """Draw lots for all applications: the first get the seats, the others stand in line as
    the lots fell. The seed becomes public; nothing of it can be drawn a second time."""
    slots.hold(event)
    query = sa.select(Draw).where(Draw.event_id == event.id).with_for_update()
    drawn = db.session.scalar(query.execution_options(populate_existing=True))
    db.session.refresh(event, ["admission", "signup_closes_at", "status"])
    if event.admission is not Admission.DRAW or drawn is None:
        raise RuleBroken(_("There is no draw at this event."))
    if drawn.drawn_at:
        raise RuleBroken(
            _(
                "The lots were drawn on %(day)s at %(time)s. A draw is held once.",
                day=day(drawn.drawn_at),
                time=time(drawn.drawn_at),
            )
        )
    if event.status is not EventStatus.PUBLISHED:
        raise RuleBroken(_("Only a published event has a draw."))
    if event.signup_closes_at is None or event.signup_closes_at > clock.now():
        raise RuleBroken(_("Applications are still taken. The draw comes after their end."))
    applications = applications_of(event)
    for slot in event.slots:
        theirs = {one.public_number: one for one in applications if one.slot_id == slot.id}
        order = in_order_of_lots(drawn.seed, theirs)
        for rank, number in enumerate(order, start=1):
            theirs[number].status, theirs[number].draw_rank = Status.WAITLISTED, rank
            theirs[number].decided_at = clock.now()
        drawn.lots = [*drawn.lots, {"slot": slot.id, "numbers": order}]
    drawn.drawn_at = clock.now()
    db.session.flush()
    for slot in event.slots:
        promote(slot, letter="registration_drawn", offers=False)
        tell_the_others(slot)
    return drawn


def may_draw(event: Event, drawn: Draw) -> bool:
    """Applications have ended, and the worker has not come by yet."""
    closes_at = event.signup_closes_at
    is_over = closes_at is not None and closes_at <= clock.now()
    return is_over and not drawn.is_held and event.status is EventStatus.PUBLISHED


def tell_the_others(slot: Slot) -> None:
    """Those in line learn their place."""
    for place, waiting in enumerate(waiting_in(slot), start=1):
        if waiting.draw_rank:
            tell(waiting, "registration_waitlisted", place=place)


def due_draws() -> list[Event]:
    """Events whose applications have ended and whose lots are not drawn yet."""
    query = (
        sa.select(Event)
        .join(Draw, Draw.event_id == Event.id)
        .where(
            Event.admission == Admission.DRAW,
            Event.status == EventStatus.PUBLISHED,
            Event.signup_closes_at <= clock.now(),
            Draw.drawn_at.is_(None),
        )
        .order_by(Event.id)
    )
    return list(db.session.scalars(query))


def draw_what_is_due() -> int:
    """What the worker does each minute, so that nobody has to press the button; how many."""
    done = 0
    for event in due_draws():
        try:
            with transaction():
                draw(event)
            done += 1
        except RuleBroken:  # somebody pressed the button just now
            continue
    return done


wake_draws = by_the_clock("draws", _l("draws"), draw_what_is_due, every_minutes=1)
