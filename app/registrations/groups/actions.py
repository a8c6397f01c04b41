"""A class is signed up in one go: seats for pupils and adults together, or said what not."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.notifications.actions import notify
from app.organizations.models import Organization
from app.people.models import Person
from app.registrations.groups.places import Placed, place
from app.registrations.groups.queries import Candidate, candidates
from app.registrations.guardians.requests import ask_many, seat
from app.registrations.letters import facts_of_group, tell_person
from app.registrations.models import Channel, Group, Registration, Status, new_code
from app.registrations.queries import place_in_line
from app.registrations.seats import seats
from app.registrations.signing_up.rules import refuse_unless_open

MOST_ADULTS = 10
MOST_PUPILS = 60  # of a class; two classes are two groups


def sign_up_class(
    slot: Slot,
    school: Organization,
    title: str,
    pupils: Sequence[Person],
    *,
    companions: Sequence[dict[str, str]],
    wishes: str = "",
    rest: str | None = None,
    seated: Collection[int] | None = None,
    by: User | None,
    language: str = "ru",
) -> Group:
    """Give the pupils and the adults who come along their seats, all in one act.

    Where not all fit, nothing is done (NotAllFit) until ``rest`` says what becomes of the
    others: ``waitlist`` or ``leave_out``; ``seated`` are the ids of the pupils who get the
    seats, else the first of the list. Adults get seats with the first pupil.
    """
    seats.hold(slot)
    refuse_unless_open(slot)
    refuse_numbers(pupils, companions)
    coming = admitted(slot, school, pupils)
    adults = len(companions)
    placed = place(slot, coming, extra=adults, rest=rest, first=seated)
    group = Group(
        event=slot.event,
        slot=slot,
        school=school,
        title=title,
        companions=[dict(one) for one in companions],
        companion_seats=adults if placed.seated else 0,
        wishes=wishes,
        made_by_id=by.id if by else None,
    )
    db.session.add(group)
    db.session.flush()
    enlist(group, placed, by=by, language=language)
    tell_teacher(group, placed, by=by, language=language)
    return group


def refuse_numbers(pupils: Collection[Person], companions: Collection[Any]) -> None:
    if not pupils:
        raise RuleBroken(_("Tick at least one pupil."))
    if len(pupils) > MOST_PUPILS:
        raise RuleBroken(_("At most %(most)s pupils in one group.", most=MOST_PUPILS))
    refuse_adults(companions)


def refuse_adults(companions: Collection[Any]) -> None:
    if not companions:
        raise RuleBroken(_("A class does not come alone: name at least one adult."))
    if len(companions) > MOST_ADULTS:
        raise RuleBroken(_("At most %(most)s adults in one group.", most=MOST_ADULTS))


def admitted(slot: Slot, school: Organization, pupils: Sequence[Person]) -> list[Candidate]:
    """The pupils as they stand now, in the held slot; what speaks against one is told."""
    for pupil in pupils:
        if not pupil.belongs_to_school(school.id):
            raise RuleBroken(_("Choose pupils of your own school."))
    found = candidates(slot, list({pupil.id: pupil for pupil in pupils}.values()))
    refused = [one for one in found if not one.may_come]
    if refused:
        names = "; ".join(f"{one.person.full_name}: {one.obstacle}" for one in refused)
        raise RuleBroken(_("Not everybody can be signed up. %(names)s", names=names))
    return found


def enlist(group: Group, placed: Placed, *, by: User | None, language: str) -> None:
    """Write the registrations of a group down, all at once, and ask the guardians."""
    begun = clock.now()
    moment = iter(begun + timedelta(microseconds=n) for n in range(2 * MOST_PUPILS))
    registrations = [
        registration_of(one, group, at=next(moment), by=by, language=language)
        for one in (*placed.seated, *placed.waiting, *placed.applied)
    ]
    for registration in registrations[len(placed.seated) + len(placed.waiting) :]:
        registration.status = Status.APPLIED
    for candidate, registration in zip(placed.seated, registrations, strict=False):
        seat(registration, lacks=candidate.lacks_consent)
    store(registrations)
    to_ask = (*placed.seated, *placed.waiting, *placed.applied)
    ask_many(
        (registration, candidate.guardians)
        for candidate, registration in zip(to_ask, registrations, strict=True)
        if candidate.lacks_consent and not registration.is_waitlisted
    )
    tell_pupils(registrations)


def store(registrations: Sequence[Registration]) -> None:
    db.session.add_all(registrations)
    try:
        db.session.flush()
    except IntegrityError:  # at another time of the event, this very moment
        raise RuleBroken(
            _("One of the pupils has just been signed up by somebody else. Look again.")
        ) from None


def registration_of(
    candidate: Candidate, group: Group, *, at: datetime, by: User | None, language: str
) -> Registration:
    """A pupil's registration, waiting at first; an ended one is revived."""
    person = candidate.person
    registration = candidate.earlier or Registration(event=group.event, person=person)
    registration.person = person
    registration.event, registration.slot, registration.group = group.event, group.slot, group
    registration.seats = 1
    registration.answers = {}  # a class is not asked one by one
    registration.status, registration.hold_until = Status.WAITLISTED, None
    registration.code, registration.form_key = new_code(), None
    registration.channel = Channel.GROUP
    registration.email = person.user.email if person.user else ""
    registration.phone, registration.language = "", language
    registration.signed_up_by_id = by.id if by else None
    registration.signed_up_at = at
    registration.promoted_at = registration.cancelled_at = None
    registration.draw_rank = registration.decided_at = None
    registration.decision_reason = ""
    return registration


def tell_pupils(registrations: Sequence[Registration]) -> None:
    """Pupils with an account get their ticket. The line is counted once for all."""
    waiting = [one for one in registrations if one.is_waitlisted]
    before = place_in_line(waiting[0]) if waiting else None
    for registration in registrations:
        place = before + waiting.index(registration) if before and registration in waiting else None
        tell_person(registration, f"registration_{registration.status}", place=place)


def tell_teacher(group: Group, placed: Placed, *, by: User | None, language: str) -> None:
    """One letter about them all."""
    held = [one for one in placed.seated if one.lacks_consent]
    notify(
        by.email if by else "",
        "group_signed_up",
        language=language,
        **facts_of_group(group),
        seated=names_of(one for one in placed.seated if not one.lacks_consent),
        held=names_of(held),
        to_ask=names_of(one for one in held if not one.guardians),
        waiting=names_of(placed.waiting),
        applied=names_of(placed.applied),
        adults=[one["name"] for one in group.companions],
    )


def names_of(candidates: Any) -> list[str]:
    return [one.person.full_name for one in candidates]
