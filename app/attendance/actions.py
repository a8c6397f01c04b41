"""Marking who came."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.attendance.models import Attendance, Correction, Method, Presence
from app.attendance.queries import marking_is_open, marking_opens_at, marks_of, roll
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.registrations.models import Registration
from app.web.filters import day


def mark(
    registration: Registration, presence: Presence | None, *, method: Method, by: User | None
) -> bool:
    """Write down that the person came or did not; None takes the mark off.

    The same mark again changes nothing. Says whether anything changed.
    """
    hold([registration])
    refuse_unless_markable(registration)
    return put([registration], presence, method=method, by=by) == 1


def mark_all(slot: Slot, *, by: User | None) -> int:
    """Everybody in the slot who has no mark yet came. How many that were."""
    refuse_unless_open(slot)
    people = [row.registration for row in roll(slot)]
    hold(people)
    return put_present(people, by=by)


def mark_present(registrations: Sequence[Registration], *, by: User | None) -> int:
    """Those of these people who may be marked came, whatever their marks said before."""
    hold(registrations)
    people = [one for one in registrations if one.is_confirmed and marking_is_open(one.slot)]
    return put(people, Presence.PRESENT, method=Method.LIST, by=by)


def hold(registrations: Sequence[Registration]) -> None:
    """One at a time: two people at the door may tick the same name at once."""
    query = (
        sa.select(Registration)
        .where(Registration.id.in_([registration.id for registration in registrations]))
        .order_by(Registration.id)
        .with_for_update(of=Registration)
        .execution_options(populate_existing=True)
    )
    db.session.scalars(query).all()


def refuse_unless_markable(registration: Registration) -> None:
    name = registration.person.full_name
    if registration.is_waitlisted:
        raise RuleBroken(
            _(
                "%(name)s is on the waitlist and has no seat: confirm the registration first.",
                name=name,
            )
        )
    if registration.is_offered:
        raise RuleBroken(
            _(
                "%(name)s has not taken the seat that was offered. Give it to them in the table "
                "of registrations, then mark.",
                name=name,
            )
        )
    if registration.is_applied or registration.is_declined:
        raise RuleBroken(
            _(
                "%(name)s has no seat: the application was not accepted. Accept it on the page "
                "of admission, then mark.",
                name=name,
            )
        )
    if registration.is_awaiting_consent:
        raise RuleBroken(
            _(
                "No parent of %(name)s has agreed yet. Take the signed paper and enter it in "
                "the table of registrations, then mark.",
                name=name,
            )
        )
    if not registration.is_confirmed:
        raise RuleBroken(
            _("The registration of %(name)s is cancelled: it cannot be marked.", name=name)
        )
    refuse_unless_open(registration.slot)


def refuse_unless_open(slot: Slot) -> None:
    if slot.is_called_off:
        raise RuleBroken(_("This time was called off: nobody can be marked at it."))
    if not marking_is_open(slot):
        raise RuleBroken(
            _(
                "Attendance can be marked from %(day)s on: the day this time takes place.",
                day=day(marking_opens_at(slot)),
            )
        )


def put_present(registrations: Sequence[Registration], *, by: User | None) -> int:
    """Present, for those without a mark: marks made by hand are left as they are."""
    marks = marks_of(registrations)
    unmarked = [one for one in registrations if one.id not in marks and one.is_confirmed]
    return put(unmarked, Presence.PRESENT, method=Method.LIST, by=by)


def put(
    registrations: Sequence[Registration],
    presence: Presence | None,
    *,
    method: Method,
    by: User | None,
) -> int:
    """Write the marks of held registrations; what they said before is kept. How many changed."""
    marks = marks_of(registrations)
    changed = [mark for mark in marks.values() if mark.presence is not presence]
    for earlier in changed:
        correct(earlier, presence, method=method, by=by)
    new = [
        {
            "registration_id": registration.id,
            "presence": presence,
            "method": method,
            "marked_by_id": by.id if by else None,
        }
        for registration in registrations
        if presence and registration.id not in marks
    ]
    db.session.flush()
    if new:
        db.session.execute(sa.insert(Attendance), new)
    return len(changed) + len(new)


def correct(
    earlier: Attendance, presence: Presence | None, *, method: Method, by: User | None
) -> None:
    """Change a mark, or take it off, and keep what it said and who had said it."""
    db.session.add(
        Correction(
            registration_id=earlier.registration_id,
            was=earlier.presence,
            became=presence,
            marked_by_id=earlier.marked_by_id,
            corrected_by_id=by.id if by else None,
        )
    )
    if presence is None:
        db.session.delete(earlier)
        return
    earlier.presence, earlier.method = presence, method
    earlier.marked_by_id, earlier.marked_at = by.id if by else None, clock.now()
