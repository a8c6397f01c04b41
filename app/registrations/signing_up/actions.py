"""Signing up, cancelling, moving; the waitlist follows by itself."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus, Slot
from app.events.timetable.rooms import Spot
from app.people.models import Person
from app.registrations.answers.actions import still_known
from app.registrations.guardians.requests import (
    ask,
    guardians_asked,
    guardians_to_ask,
    lacks_consent,
    seat,
)
from app.registrations.letters import tell
from app.registrations.models import (
    Channel,
    Group,
    Registration,
    Status,
    booking_of,
    new_code,
)
from app.registrations.queries import (
    beside,
    live_registrations,
    seated_in,
)
from app.registrations.seats import quotas, seats
from app.registrations.seats.quota_queries import who
from app.registrations.signing_up.offers import must_be_offered, offer
from app.registrations.signing_up.rules import (
    AlreadySignedUp,
    refuse_companions,
    refuse_once_begun,
    refuse_overlap,
    refuse_unless_admissible,
    refuse_unless_open,
    takes_applications,
)

ALONE = (Channel.GUEST, Channel.ACCOUNT)  # nobody else is there who could be asked


def sign_up(
    slot: Slot,
    person: Person,
    *,
    channel: Channel,
    email: str = "",
    phone: str = "",
    companions: int = 0,
    language: str = "ru",
    by: User | None = None,
    form_key: str | None = None,
    tickets: Collection[str] = (),
    guardian_email: str = "",
    group: Group | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Registration:
    """Give the person a seat, or a place on the waitlist when seats are gone.

    The seat of a minor for whom no guardian has agreed is held, and the guardian asked
    (``guardian_email``, else those we know). The same form sent again (``form_key``) gives
    the registration it made the first time. ``tickets`` are the codes this visitor is known
    to hold. Companions need seats too. ``group``: whose pupil this stays.
    ``answers`` by the ids of the event's questions, as text. Raises RuleBroken,
    and AlreadySignedUp for the same person in another form.
    """
    seats.hold(slot)
    lacks = lacks_consent(person)
    # First whatever says nothing about registrations there are.
    refuse_companions(slot.event, companions)
    guardians = guardians_to_ask(person, guardian_email) if lacks else []
    if lacks and not guardians and channel in ALONE:
        raise RuleBroken(_("Write the e-mail of a parent: they are asked to agree."))
    try:
        earlier = refuse_unless_admissible(person, slot, channel=channel, tickets=tickets)
    except AlreadySignedUp as already:
        if form_key and already.registration.form_key == form_key:
            return already.registration
        raise
    registration = earlier or Registration(event=slot.event, person=person)
    registration.slot, registration.group = slot, group
    registration.booking = booking_of(slot)
    registration.seats = 1 + companions
    registration.code = new_code()  # a cancelled ticket's link does not open the new one
    registration.channel, registration.form_key = channel, form_key
    registration.email, registration.phone, registration.language = email, phone, language
    registration.answers = still_known(slot.event, answers)
    registration.signed_up_by_id = by.id if by else None
    registration.signed_up_at = clock.now()
    registration.promoted_at = registration.cancelled_at = None
    registration.draw_rank = registration.decided_at = None
    registration.decision_reason = reason = ""
    if takes_applications(slot.event, channel):
        registration.status, registration.hold_until = Status.APPLIED, None
    else:
        reason = seat_or_wait(registration, lacks=lacks)
    db.session.add(registration)
    db.session.flush()
    if guardians:
        ask(registration, guardians)
    by_form = channel is Channel.GUEST
    tell(registration, f"registration_{registration.status}", reason=reason, by_form=by_form)
    return registration


def seat_or_wait(registration: Registration, *, lacks: bool) -> str:
    """A seat, or the place in line; the rule that stands in the way, if it is one, in words.

    Staff may go beyond a quota. Who stands at the door does not wait behind those who are
    not there.
    """
    slot, in_line = registration.slot, registration.channel is Channel.WALK_IN
    now, reason = quotas.standing(slot), ""
    if now:
        in_line = in_line or quotas.next_in_line(slot, now) is None
        if registration.channel not in (Channel.STAFF, Channel.WALK_IN):
            adults = registration.group.seats_to_come if registration.group else 0
            reason = now.why(who(registration.person), registration.seats, adults=adults)
    if not reason and take_for(registration, in_line=in_line):
        seat(registration, lacks=lacks)
    else:
        registration.status, registration.hold_until = Status.WAITLISTED, None
    return reason


def cancel(
    registration: Registration,
    *,
    by_staff: bool = False,
    by_form: bool = False,
    letter: str = "registration_cancelled",
) -> None:
    """Free the seat; the first on the waitlist takes it. Cancelling again changes nothing.
    ``by_form``: on the page of the ticket, by whoever has it."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "seats"])  # may have changed while we waited
    if not registration.is_live:
        return
    if registration.slot.has_begun and not by_staff:
        raise RuleBroken(_("This time has already begun, so the registration stays as it is."))
    free(registration, status=Status.CANCELLED)
    tell(registration, letter, by_form=by_form)
    promote(registration.slot)


def free(*registrations: Registration, status: Status) -> None:
    """End live registrations of held slots, and give back the seats that hung on them."""
    freed: Counter[Slot] = Counter()
    for registration in registrations:
        if registration.holds_seat:
            freed[registration.slot] += registration.seats
        registration.status, registration.hold_until = status, None
        registration.cancelled_at = clock.now()
        registration.reconfirm_by = registration.reconfirmed_at = None
    db.session.flush()
    for slot, number in freed.items():
        seats.give_back(slot, number)
    for group in {one.group for one in registrations if one.group_id and one.group}:
        free_companions(group)


def free_companions(group: Group) -> None:
    """When the last pupil of a group has lost their seat, nobody is left to accompany."""
    db.session.refresh(group, ["companion_seats"])  # may have changed before the slot was held
    if group.companion_seats and not seated_in(group):
        seats.give_back(group.slot, group.companion_seats)
        group.companion_seats = 0
        db.session.flush()


def promote(slot: Slot, *, letter: str = "registration_promoted", offers: bool = True) -> None:
    """Give free seats to those who wait, strictly in order, until the slot begins.

    Whom a quota stops is passed over, and stays where they are in line. Late seats are
    offered instead (``offers``): who waited may long have other plans. Who waits first with
    companions is not overtaken: a free seat stays free until there are enough for them.
    """
    seats.hold(slot)
    if slot.has_begun or slot.is_called_off or slot.event.status is not EventStatus.PUBLISHED:
        return
    now = quotas.standing(slot)
    while (waiting := quotas.next_in_line(slot, now)) and take_for(waiting):
        if offers and must_be_offered(waiting):
            offer(waiting)
        else:
            give_seat(waiting, letter=letter)
        if now:
            now.add(who(waiting.person), waiting.seats)


def give_seat(waiting: Registration, *, letter: str = "registration_promoted") -> None:
    """Tell one who waited that a seat is theirs, or held until a guardian answers."""
    lacks = lacks_consent(waiting.person)
    seat(waiting, lacks=lacks)
    waiting.promoted_at = clock.now()
    db.session.flush()
    tell(waiting, "registration_awaiting_consent" if lacks else letter)
    if lacks:
        ask(waiting, guardians_asked(waiting) or guardians_to_ask(waiting.person, ""))


def take_for(waiting: Registration, *, in_line: bool = True) -> bool:
    """The seats of one who waits; with the first of a group come those of its companions."""
    group = waiting.group
    if group:  # may have changed before the slot was held
        db.session.refresh(group, ["companion_seats", "companions"])
    extra = group.seats_to_come if group else 0
    if not seats.take(waiting.slot, waiting.seats + extra, in_line=in_line):
        return False
    if group and extra:
        group.companion_seats = extra
    return True


def move(registration: Registration, slot: Slot) -> None:
    """Take a seat in another slot of the event instead; refused when it has none."""
    for held in sorted((registration.slot, slot), key=lambda one: one.id):
        seats.hold(held)  # always in the same order, so that two moves cannot block each other
    db.session.refresh(registration, ["status", "seats", "slot_id"])
    old = registration.slot
    if slot.event_id != registration.event_id or slot.id == old.id:
        raise RuleBroken(_("Choose another time of the same event."))
    if not registration.is_live or old.has_begun:
        raise RuleBroken(_("This registration can no longer be changed."))
    if old.is_called_off:  # the organizer's doing, so sign-up need not be open any more
        refuse_once_begun(slot)
    else:
        refuse_unless_open(slot)
    person = registration.person
    elsewhere = [one for one in beside(slot, person.identity) if one is not registration]
    refuse_overlap(elsewhere, person)
    held_seats, group = registration.holds_seat, registration.group
    go_to(registration, slot)
    was = Spot(old.starts_at, old.ends_at, old.room)
    tell(registration, "registration_moved", was=was, by_form=True)
    if held_seats:
        seats.give_back(old, registration.seats)
    if group:
        free_companions(group)
    promote(old)


def go_to(registration: Registration, slot: Slot) -> None:
    """Alone: the class stays where it was. An application applies for the other slot."""
    has_seat_now = not registration.is_applied
    if has_seat_now:
        take_elsewhere(registration, slot)
    registration.slot, registration.group, registration.draw_rank = slot, None, None
    registration.booking = booking_of(slot)
    if registration.reconfirm_by:  # who chooses another time has said that they come
        registration.reconfirmed_at = clock.now()
    if has_seat_now:
        seat(registration, lacks=lacks_consent(registration.person))
    db.session.flush()


def take_elsewhere(registration: Registration, slot: Slot) -> None:
    """The seats in the other slot, by its rules; there is no line for those who move."""
    now, in_line = quotas.standing(slot), False
    if now:
        in_line = quotas.next_in_line(slot, now) is None
        one = who(registration.person)
        if registration.holds_seat:  # counted already, and given back
            now.of_schools[one.school] -= registration.seats
        if reason := now.why(one, registration.seats):
            raise RuleBroken(reason)
    if not seats.take(slot, registration.seats, in_line=in_line):
        raise RuleBroken(_("There are not enough seats at that time. Choose another one."))


def cancel_all(event: Event, *, reason: str) -> int:
    """The event is called off: everybody loses their place and is told why. How many."""
    for slot in sorted(event.slots, key=lambda one: one.id):
        seats.hold(slot)
    people = live_registrations(event)
    free(*people, status=Status.CANCELLED)
    for registration in people:
        tell(registration, "event_called_off", reason=reason)
    return len(people)


def tell_changed(event: Event, *, slot: Slot | None = None, was: Spot | None = None) -> int:
    """Time or place changed: everybody signed up for what is still to come (in this slot
    alone, if one is named) is told, and how it was before. How many."""
    people = [
        one
        for one in live_registrations(event)
        if not one.slot.has_begun and slot in (None, one.slot)
    ]
    for registration in people:
        tell(registration, "event_changed", was=was)
    return len(people)
