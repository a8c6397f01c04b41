"""What the organizer does with other people's registrations, one or many at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.accounts.models import User
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.people.models import Person
from app.registrations.desk.queries import with_people
from app.registrations.letters import tell
from app.registrations.models import LIVE, Channel, Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up.actions import free, give_seat, promote, sign_up, take_for


@dataclass
class Outcome:
    """Who was changed, and why the others were not (each reason once)."""

    done: list[Registration] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    refused: int = 0

    def refuse(self, reason: str) -> None:
        self.refused += 1
        if reason not in self.refusals:
            self.refusals.append(reason)


def cancel_many(registrations: Sequence[Registration]) -> list[Registration]:
    """Cancel these people's registrations; those who wait get the seats when all are free.

    Whoever is cancelled here is never promoted on the way. Says whose were cancelled.
    """
    hold_slots(one.slot for one in registrations)
    query = (
        with_people()
        .where(Registration.id.in_([one.id for one in registrations]))
        .where(Registration.status.in_(LIVE))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)  # may have changed while we waited
    )
    people = db.session.scalars(query).all()
    free(*people, status=Status.CANCELLED)
    for registration in people:
        tell(registration, "registration_cancelled")
    for slot in sorted({one.slot for one in people}, key=lambda one: one.id):
        promote(slot)
    return list(people)


def confirm_many(registrations: Sequence[Registration]) -> Outcome:
    """Give each of these a free seat out of turn; who has one already keeps it."""
    hold_slots(one.slot for one in registrations)
    return each((one for one in registrations if not one.holds_seat or one.is_offered), confirm)


def confirm(registration: Registration) -> Registration:
    """Give who waits a free seat, whoever stands before them: the organizer decides."""
    slot = registration.slot
    seats.hold(slot)
    db.session.refresh(registration, ["status", "seats"])
    if registration.is_offered:  # the seat is taken already: it need not be accepted any more
        give_seat(registration)
    if registration.holds_seat:
        return registration
    if not registration.is_live:
        raise RuleBroken(_("A cancelled registration must be restored before it is confirmed."))
    if not take_for(registration):
        raise RuleBroken(no_seats(slot))
    give_seat(registration)
    return registration


def restore_many(registrations: Sequence[Registration], *, by: User | None) -> Outcome:
    """Sign these people up again for what was cancelled: a seat, or the end of the line."""
    hold_slots(one.slot for one in registrations)
    return each((one for one in registrations if not one.is_live), lambda one: restore(one, by=by))


def restore(registration: Registration, *, by: User | None) -> Registration:
    return sign_up(
        registration.slot,
        registration.person,
        channel=Channel.STAFF,
        email=registration.email,
        phone=registration.phone,
        companions=registration.companions,
        language=registration.language,
        by=by,
        group=registration.group,
        answers=registration.answers,
    )


def walk_in(
    slot: Slot, person: Person, *, email: str = "", phone: str = "", by: User | None
) -> Registration:
    """Somebody who stands at the door without a registration gets a free seat."""
    seats.hold(slot)
    registration = sign_up(slot, person, channel=Channel.WALK_IN, email=email, phone=phone, by=by)
    if not registration.holds_seat:
        raise RuleBroken(no_seats(slot))
    return registration


def no_seats(slot: Slot) -> str:
    sentence: str = _(
        "All %(capacity)s seats of this time are taken. Raise its number of seats "
        "on the page “Slots”, or choose another time.",
        capacity=slot.capacity,
    )
    return sentence


def hold_slots(slots: Iterable[Slot]) -> None:
    """All of them, always in the same order: two acts on many cannot block each other."""
    for slot in sorted({slot.id: slot for slot in slots}.values(), key=lambda one: one.id):
        seats.hold(slot)


def each(
    registrations: Iterable[Registration], act: Callable[[Registration], Registration]
) -> Outcome:
    """Do it for everybody for whom the rules allow it. Actions check before they change,
    so a refusal leaves nothing half done."""
    outcome = Outcome()
    for registration in registrations:
        try:
            outcome.done.append(act(registration))
        except RuleBroken as broken:
            outcome.refuse(str(broken))
    return outcome
