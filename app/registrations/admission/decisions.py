"""The organizer decides about applications, one or many; a slip of the finger is undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Admission
from app.registrations.desk.actions import Outcome, each, hold_slots
from app.registrations.guardians.requests import (
    ask,
    guardians_asked,
    guardians_to_ask,
    lacks_consent,
)
from app.registrations.letters import tell, untell
from app.registrations.models import Registration, Status
from app.registrations.queries import beside
from app.registrations.seats import seats
from app.registrations.signing_up.actions import free, promote, seat_or_wait
from app.registrations.signing_up.rules import refuse_overlap, refuse_unless_open

MAY_UNDO = timedelta(minutes=5)
# A decision is told when it can no longer be undone, so nobody gets two letters.
TOLD_AFTER = MAY_UNDO + timedelta(minutes=1)
LETTERS = (
    *("registration_accepted", "registration_awaiting_consent"),
    *("registration_waitlisted", "registration_declined"),
)
ACCEPTED = (Status.CONFIRMED, Status.AWAITING_CONSENT, Status.WAITLISTED)


def approve_many(registrations: Sequence[Registration]) -> Outcome:
    """Accept these applications in the order in which they came."""
    hold_slots(one.slot for one in registrations)
    return each(sorted(registrations, key=lambda one: (one.signed_up_at, one.id)), approve)


def approve(registration: Registration) -> Registration:
    """Accept an application: a seat, held until a guardian agrees where one has to, or the
    place in line when seats are gone."""
    refuse_unless_waiting_for_a_decision(registration)
    slot = registration.slot
    if slot.event.is_called_off or slot.has_begun:
        refuse_unless_open(slot)
    lacks = lacks_consent(registration.person)
    registration.decided_at, registration.decision_reason = clock.now(), ""
    reason = seat_or_wait(registration, lacks=lacks)
    db.session.flush()
    if registration.is_awaiting_consent:
        guardians = guardians_asked(registration) or guardians_to_ask(registration.person, "")
        ask(registration, guardians)
    letter = "accepted" if registration.is_confirmed else registration.status.value
    tell(registration, f"registration_{letter}", reason=reason, send_after=ripe())
    return registration


def decline_many(registrations: Sequence[Registration], *, reason: str) -> Outcome:
    """The same reason for all of them: it stands in the letter."""
    hold_slots(one.slot for one in registrations)
    return each(registrations, lambda one: decline(one, reason=reason))


def decline(registration: Registration, *, reason: str) -> Registration:
    if not reason.strip():
        raise RuleBroken(_("Write the reason: people read it in the letter."))
    refuse_unless_waiting_for_a_decision(registration)
    registration.status, registration.hold_until = Status.DECLINED, None
    registration.decided_at, registration.decision_reason = clock.now(), reason.strip()
    db.session.flush()
    tell(registration, "registration_declined", reason=reason.strip(), send_after=ripe())
    return registration


def refuse_unless_waiting_for_a_decision(registration: Registration) -> None:
    """Asked in the held slot: two clerks may look at the same queue."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "seats"])
    if not registration.is_applied:
        raise RuleBroken(_("This application has been decided or withdrawn already."))
    if registration.slot.event.admission is Admission.DRAW:
        raise RuleBroken(_("Lots decide here. Wait for the draw."))


def undo_many(registrations: Sequence[Registration]) -> Outcome:
    """Put decisions back into the queue."""
    hold_slots(one.slot for one in registrations)
    return each(registrations, undo)


def undo(registration: Registration) -> Registration:
    """As if it had not been decided, while nothing has followed from it: nobody was told, and
    a seat given is still as it was given. Who was declined may be taken back at any time."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "seats", "decided_at", "promoted_at"])
    if registration.is_declined:
        return reopen(registration)
    if not may_undo(registration):
        raise RuleBroken(
            _("It is too late to undo: people have been told. Cancel the registration instead.")
        )
    untell(registration, LETTERS)
    if registration.holds_seat:
        free(registration, status=Status.APPLIED)
    registration.status, registration.cancelled_at = Status.APPLIED, None
    registration.decided_at = None
    db.session.flush()
    promote(registration.slot)
    return registration


def may_undo(registration: Registration) -> bool:
    decided = registration.decided_at
    return bool(
        decided
        and registration.status in ACCEPTED
        and registration.promoted_at is None
        and clock.now() < decided + MAY_UNDO
    )


def reopen(registration: Registration) -> Registration:
    """A declined application waits for a decision again."""
    others = beside(registration.slot, registration.person.identity)
    refuse_overlap([one for one in others if one is not registration], registration.person)
    was_told = registration.decided_at and clock.now() >= registration.decided_at + MAY_UNDO
    untell(registration, LETTERS)
    registration.status, registration.decided_at = Status.APPLIED, None
    registration.decision_reason, registration.cancelled_at = "", None
    db.session.flush()
    if was_told:
        tell(registration, "registration_applied")
    return registration


def ripe() -> datetime:
    return clock.now() + TOLD_AFTER
