"""A class that is signed up changes: somebody falls ill, somebody joins, an adult less."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.models import Person
from app.registrations.groups.actions import (
    MOST_PUPILS,
    admitted,
    enlist,
    refuse_adults,
    registration_of,
    store,
    tell_pupils,
)
from app.registrations.groups.places import WAITLIST, Placed, place
from app.registrations.groups.queries import members_of
from app.registrations.guardians.requests import ask_many, seat
from app.registrations.letters import tell_person
from app.registrations.models import Group, Registration, Status
from app.registrations.seats import quotas, seats
from app.registrations.seats.quota_queries import who
from app.registrations.signing_up.actions import free, promote
from app.registrations.signing_up.rules import refuse_unless_open


def hold(group: Group) -> list[Registration]:
    """The slot, the group and its live registrations, as they stand now."""
    seats.hold(group.slot)
    db.session.refresh(group, ["companions", "companion_seats", "wishes"])
    return [one for one in members_of(group, fresh=True) if one.is_live]


def refuse_once_begun(group: Group) -> None:
    if group.slot.has_begun:
        raise RuleBroken(_("This time has already begun, so the group stays as it is."))


def swap(
    group: Group, leaves: Registration, comes: Person, *, by: User | None, language: str = "ru"
) -> Registration:
    """Another pupil takes over the seat, or the place in line. It never becomes free on the
    way, so nobody is promoted."""
    members = hold(group)
    refuse_unless_open(group.slot)
    if leaves not in members:
        raise RuleBroken(_("This pupil is not in the group any more."))
    [candidate] = admitted(group.slot, group.school, [comes])
    at = clock.now() if leaves.holds_seat else leaves.signed_up_at
    registration = registration_of(candidate, group, at=at, by=by, language=language)
    registration.draw_rank = leaves.draw_rank
    if leaves.holds_seat:
        seat(registration, lacks=candidate.lacks_consent)
    elif leaves.is_applied:
        registration.status = Status.APPLIED
    leaves.status, leaves.hold_until, leaves.cancelled_at = Status.CANCELLED, None, clock.now()
    store([registration])
    if candidate.lacks_consent and not registration.is_waitlisted:
        ask_many([(registration, candidate.guardians)])
    tell_person(leaves, "registration_cancelled")
    tell_pupils([registration])
    return registration


def remove(group: Group, leaving: Collection[Registration]) -> list[Registration]:
    """Free these pupils' seats for whoever waits. With the last pupil the adults' go too."""
    members = hold(group)
    refuse_once_begun(group)
    gone = [one for one in members if one in leaving]
    if not gone:
        raise RuleBroken(_("Tick the pupils who do not come."))
    free(*gone, status=Status.CANCELLED)
    for one in gone:
        tell_person(one, "registration_cancelled")
    promote(group.slot)
    return gone


def cancel_group(group: Group) -> list[Registration]:
    """Nobody of the class comes: all its seats are free again."""
    return remove(group, [one for one in members_of(group) if one.is_live])


def add(group: Group, pupils: Sequence[Person], *, by: User | None, language: str = "ru") -> Placed:
    """More pupils join: seats while there are any, else the end of the line."""
    members = hold(group)
    refuse_unless_open(group.slot)
    if not pupils:
        raise RuleBroken(_("Tick at least one pupil."))
    if len(members) + len(pupils) > MOST_PUPILS:
        raise RuleBroken(_("At most %(most)s pupils in one group.", most=MOST_PUPILS))
    coming = admitted(group.slot, group.school, pupils)
    extra = group.seats_to_come
    placed = place(group.slot, coming, extra=extra, rest=WAITLIST)
    if placed.seated and extra:
        group.companion_seats = extra
    enlist(group, placed, by=by, language=language)
    return placed


def change_companions(
    group: Group, companions: Sequence[dict[str, str]], *, wishes: str | None = None
) -> None:
    """Other adults, more of them while seats are free, or fewer: theirs are given back."""
    members = hold(group)
    refuse_unless_open(group.slot)
    refuse_adults(companions)
    more = len(companions) - group.companion_seats if group.companion_seats else 0
    if more > 0 and not take_for_adults(group, members, more):
        raise RuleBroken(
            ngettext(
                "There is no free seat for %(num)s more adult.",
                "There are no free seats for %(num)s more adults.",
                more,
            )
        )
    if more < 0:
        seats.give_back(group.slot, -more)
    group.companions = [dict(one) for one in companions]
    if group.companion_seats:
        group.companion_seats = len(companions)
    if wishes is not None:
        group.wishes = wishes
    db.session.flush()
    promote(group.slot)  # seats given back, or a smaller group that waits now fits


def take_for_adults(group: Group, members: Sequence[Registration], more: int) -> bool:
    """Seats for more adults; those kept for somebody else are not for them."""
    now = quotas.standing(group.slot)
    if now is None:
        return seats.take(group.slot, more)
    if members and now.stops(who(members[0].person), 0, adults=more):
        return False
    return quotas.next_in_line(group.slot, now) is None and seats.take(
        group.slot, more, in_line=True
    )
