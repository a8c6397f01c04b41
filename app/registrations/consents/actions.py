"""A guardian answers, does not answer in time, or takes an agreement back."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.audit.actions import record
from app.base import clock
from app.base.db import db, hold_row, transaction
from app.base.rules import RuleBroken
from app.people.consents.actions import Giver, agree, end
from app.people.models import ConsentChannel, ConsentKind, Person
from app.registrations.guardians.requests import write
from app.registrations.letters import tell
from app.registrations.models import LIVE, Answer, ConsentRequest, Registration, Status
from app.registrations.queries import coming_of
from app.registrations.seats import seats
from app.registrations.signing_up.actions import cancel, free, promote
from app.sweeps.actions import by_the_clock

T = TypeVar("T")
# Whose seat is only held, and the letter when nobody answered.
LAPSED = {
    Status.AWAITING_CONSENT: "registration_expired",
    Status.OFFERED: "offer_lapsed",
}
AT_ONCE = 200  # so many holds or reminders in one round of the worker


def give(request: ConsentRequest, *, name: str, photo: bool) -> None:
    """The guardian agrees by the link: the seats held for the child become theirs."""
    refuse_unless_open(request)
    person = request.registration.person
    by = Giver(name=name, email=request.email)
    agree(person, ConsentKind.PERSONAL_DATA, channel=ConsentChannel.GUARDIAN_LINK, by=by)
    if photo:
        agree(person, ConsentKind.PHOTO, channel=ConsentChannel.GUARDIAN_LINK, by=by)
    close_requests([person], Answer.GIVEN)
    settle(person)


def refuse(request: ConsentRequest) -> None:
    """The guardian says no: the child's registrations without an agreement are cancelled,
    and whoever waits gets the seats."""
    refuse_unless_open(request)
    person = request.registration.person
    close_requests([person], Answer.REFUSED)
    for registration in coming_of(person):
        cancel(registration, letter="consent_refused")


def refuse_unless_open(request: ConsentRequest) -> None:
    """The child is held first: two parents may answer two letters at once. (NO KEY UPDATE:
    whoever holds a slot may still write a registration of this child.)"""
    child = sa.select(Person.id).where(Person.id == request.registration.person_id)
    db.session.scalar(child.with_for_update(key_share=True))
    db.session.refresh(request, ["answered_at", "answer"])
    db.session.refresh(request.registration, ["status"])
    if request.answered_at:
        raise RuleBroken(_("This letter has been answered already."))
    if not request.is_open or not request.registration.is_live:
        raise RuleBroken(
            _("The time to answer is over, and the seat is free again. You can sign up anew.")
        )


def close_requests(people: Iterable[Person], answer: Answer) -> None:
    """Every letter about these people that waits for an answer has got it."""
    ids = [one.id for one in people]
    theirs = sa.select(Registration.id).where(Registration.person_id.in_(ids))
    db.session.execute(
        sa.update(ConsentRequest)
        .where(ConsentRequest.registration_id.in_(theirs), ConsentRequest.answered_at.is_(None))
        .values(answered_at=clock.now(), answer=answer)
    )


def settle(person: Person) -> list[Registration]:
    """A consent is there now: confirm what was held for this person. Which were confirmed."""
    confirmed = []
    for registration in coming_of(person):
        seats.hold(registration.slot)
        db.session.refresh(registration, ["status", "hold_until"])
        if registration.is_awaiting_consent:
            registration.status, registration.hold_until = Status.CONFIRMED, None
            db.session.flush()
            tell(registration, "registration_confirmed")
            confirmed.append(registration)
    return confirmed


def withdraw(person: Person, kind: ConsentKind, *, by_name: str) -> list[Registration]:
    """Take an agreement back. Without the one for personal data nobody can take part: the
    registrations to come are cancelled; the data is erased in 30 days. Which were cancelled."""
    if not end(person, kind, by_name=by_name):
        raise RuleBroken(_("There is no agreement of this kind in force."))
    record("consent.withdrawn", person, kind=kind.value)
    if kind is not ConsentKind.PERSONAL_DATA:
        return []
    cancelled = coming_of(person)
    for registration in cancelled:
        cancel(registration)
    return cancelled


def expire(registration: Registration) -> bool:
    """Nobody answered in time, no guardian nor whoever was offered a seat: it goes to whoever
    waits. False if somebody just did."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "seats", "hold_until"])
    over = registration.hold_until and registration.hold_until <= clock.now()
    letter = LAPSED.get(registration.status)
    if letter is None or not over:
        return False
    free(registration, status=Status.EXPIRED)
    tell(registration, letter)
    promote(registration.slot)
    return True


def end_holds() -> int:
    """Expire every hold that is over; how many."""
    query = (
        sa.select(Registration)
        .where(Registration.status.in_(LAPSED), Registration.hold_until <= clock.now())
        .options(joinedload(Registration.slot))
        .order_by(Registration.hold_until, Registration.id)
        .limit(AT_ONCE)
    )
    return one_by_one(db.session.scalars(query).all(), expire)


def remind_guardians() -> int:
    """At half-time write once more to those who have not answered; how many."""
    now = clock.now()
    query = (
        sa.select(ConsentRequest)
        .join(ConsentRequest.registration)
        .where(
            ConsentRequest.answered_at.is_(None),
            ConsentRequest.reminded_at.is_(None),
            ConsentRequest.expires_at > now,
            Registration.status.in_(LIVE),
        )
        .order_by(ConsentRequest.id)
    )
    waiting = db.session.scalars(query).all()
    due = [one for one in waiting if one.asked_at + (one.expires_at - one.asked_at) / 2 <= now]
    return one_by_one(due[:AT_ONCE], remind)


def remind(request: ConsentRequest) -> bool:
    hold_row(request, "answered_at", "reminded_at")
    if request.answered_at or request.reminded_at:
        return False
    request.reminded_at = clock.now()
    write(request, "consent_reminder")
    return True


def one_by_one(things: Sequence[T], act: Callable[[T], bool]) -> int:
    """Each in a transaction of its own: none holds up the others."""
    done = 0
    for thing in things:
        with transaction():
            done += act(thing)
    return done


def look_after_holds() -> None:
    """What the worker does each minute: half-time reminders, then the holds that are over."""
    remind_guardians()
    end_holds()


wake_holds = by_the_clock(
    "holds", _l("seats held for an answer"), look_after_holds, every_minutes=1
)
