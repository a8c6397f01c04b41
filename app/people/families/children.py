"""Guardians and their children: who keeps whom, and what is never allowed."""

from dataclasses import replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.actions import Details, add_person, retold
from app.people.families.queries import answers_for, guardianship_of, is_named_like, same_children
from app.people.models import (
    ADULT_AGE,
    OWN_SIGN_UP_AGE,
    Guardianship,
    Invitation,
    Person,
    age_on,
)
from app.people.queries import guardianships_of, person_of


def add_child(user: User, details: Details) -> Person:
    """A child whom this account keeps from now on.

    A child whom the school keeps already, with this guardian's confirmed address beside it,
    is that child. Anybody else's child is refused: a code from their guardian or school is
    needed.
    """
    hold(user)
    own = person_of(user)
    if own and is_named_like(own, details):
        raise RuleBroken(_("This is you. Nobody is a guardian of themselves."))
    refuse_young_guardian(own)
    refuse_grown_up(details)
    same = same_children(details)
    guardians = guardianships_of(same)
    for child in same:
        if any(one.user_id == user.id for one in guardians[child.id]):
            raise RuleBroken(_("You have added this child already: look at the list."))
    for child in same:
        if written := written_down(user, guardians[child.id]):
            refuse_unfit(child, user)
            written.user_id = user.id
            return added(child, user)
    refuse_kept_by_others(same, guardians)
    child = add_person(details, says_school=True)
    db.session.add(Guardianship(child_id=child.id, user_id=user.id))
    return added(child, user)


def correct_child(child: Person, details: Details) -> None:
    """Put right what a guardian knows; class and school stay as the school says."""
    refuse_grown_up(details)
    if not is_named_like(child, details):
        others = [one for one in same_children(details) if one.id != child.id]
        refuse_kept_by_others(others, guardianships_of(others))
    told = replace(details, phone=child.phone, email=child.email, class_letter=child.class_letter)
    retold(child, told, says_school=True)
    db.session.flush()


def become_guardian(child: Person, user: User, *, email: str = "") -> None:
    """Somebody accepted an invitation. What the school wrote down under the address it was
    sent to is this guardian: the row is taken over, not doubled."""
    hold(child)
    refuse_unfit(child, user)
    if guardianship_of(child, user):
        raise RuleBroken(_("You are a guardian of this child already."))
    guardians = guardianships_of([child])[child.id]
    addresses = {email.lower(), user.email if user.email_confirmed_at else ""} - {""}
    written = next(
        (one for one in guardians if one.user_id is None and one.email.lower() in addresses), None
    )
    if written:
        written.user_id = user.id
    else:
        db.session.add(Guardianship(child_id=child.id, user_id=user.id))
    added(child, user)


def stop(child: Person, user: User) -> None:
    """End the account's guardianship. Refused to the last one of a child nobody else keeps."""
    hold(child)
    others = [
        one
        for one in guardianships_of([child])[child.id]
        if one.user_id not in (None, user.id)
    ]  # fmt: skip
    if not (others or child.class_id or keeps_oneself(child)):
        raise RuleBroken(
            _(
                "You are the only one who keeps this child. Hand the child over to another "
                "guardian, or erase the data on the page “Download or erase”."
            )
        )
    part(child, user)
    record("guardianship.ended", child, organization_id=school_of(child))


def part(child: Person, user: User) -> None:
    """The account is no guardian of the child any more, nor is anybody it has invited."""
    db.session.execute(
        sa.delete(Guardianship).where(
            Guardianship.child_id == child.id, Guardianship.user_id == user.id
        )
    )
    db.session.execute(
        sa.update(Invitation)
        .where(
            Invitation.person_id == child.id,
            Invitation.made_by_id == user.id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .values(expires_at=clock.now())
    )


def added(child: Person, user: User) -> Person:
    db.session.flush()
    record("guardianship.added", child, organization_id=school_of(child), guardian=user.id)
    return child


def written_down(user: User, guardians: list[Guardianship]) -> Guardianship | None:
    """What the school wrote of this guardian: their address, confirmed by a letter."""
    if not (user.email and user.email_confirmed_at):
        return None
    return next(
        (one for one in guardians if one.user_id is None and one.email.lower() == user.email), None
    )


def refuse_unfit(child: Person, user: User) -> None:
    """Nobody answers for themselves, for a grown-up, or for whoever answers for them."""
    own = person_of(user)
    if child.user_id == user.id:
        raise RuleBroken(_("This is you. Nobody is a guardian of themselves."))
    refuse_young_guardian(own)
    if not child.is_minor:
        raise RuleBroken(_("From 18 on people decide for themselves: no guardian is needed."))
    if own and child.user_id and answers_for(child.user_id, own):
        raise RuleBroken(
            _("The child’s account answers for you yourself: you cannot answer for each other.")
        )


def refuse_young_guardian(own: Person | None) -> None:
    if own and own.is_minor:
        raise RuleBroken(_("A guardian is an adult: from 18 on."))


def refuse_grown_up(details: Details) -> None:
    if details.birth_date and age_on(details.birth_date, clock.today()) >= ADULT_AGE:
        raise RuleBroken(_("From 18 on people decide for themselves: no guardian is needed."))


def refuse_kept_by_others(
    same: list[Person], guardians: dict[int, list[Guardianship]]
) -> None:  # fmt: skip
    for child in same:
        if child.class_id or any(one.user_id for one in guardians[child.id]):
            raise RuleBroken(
                _(
                    "This child is on the site already. Ask the parent who added them for an "
                    "invitation, or the school to write down your address."
                )
            )


def keeps_oneself(child: Person) -> bool:
    """With an account of their own, at an age at which they sign up alone."""
    return child.user_id is not None and (child.age or 0) >= OWN_SIGN_UP_AGE


def school_of(child: Person) -> int | None:
    """Which school reads of it in its audit log: the one that keeps the child."""
    return child.school_id if child.class_id else None


def hold(row: User | Person) -> None:
    """Of two who come at once, the second sees what the first did."""
    model = row.__class__  # also of current_user, which stands for a user
    db.session.execute(sa.select(model.id).where(model.id == row.id).with_for_update())
