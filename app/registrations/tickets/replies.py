"""Whoever was offered a seat takes it."""

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.registrations.models import Registration
from app.registrations.seats import seats
from app.registrations.signing_up.actions import give_seat


def accept(registration: Registration) -> None:
    """The seat is theirs, or held until a guardian agrees. Accepting again changes nothing.
    (Declining is cancelling: the next in line is asked.)"""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "hold_until"])
    if registration.is_confirmed or registration.is_awaiting_consent:
        return
    until = registration.hold_until
    if not registration.is_offered or until is None or until <= clock.now():
        raise RuleBroken(
            _("The time to answer is over, and the seat was offered to the next in line.")
        )
    give_seat(registration, letter="registration_confirmed")
