"""Codes and links that join an account with a person: made, used once, or lapsed."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.accounts.actions import set_password
from app.accounts.models import User
from app.accounts.queries import used_accounts, user_by_email
from app.audit.actions import record
from app.base import clock
from app.base.codes import random_code
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.people.actions import Details
from app.people.families.children import become_guardian, hold, part, school_of
from app.people.families.queries import answers_for, guardianship_of, is_named_like, secret_hash
from app.people.models import Invitation, InvitationPurpose, Person, SchoolClass
from app.people.queries import guardianships_of, person_of
from app.web.budgets import INVITATIONS_OF_ACCOUNT, INVITATIONS_TO_MAILBOX, Cost, charge, mailbox_of

LASTS = timedelta(days=14)
PRINTED_LASTS = timedelta(days=30)  # handed out in class, carried home
CODE_LENGTH = 10  # 50 bits
OWN_ACCOUNT = InvitationPurpose.OWN_ACCOUNT


# Guardians


def invite(child: Person, email: str, purpose: InvitationPurpose, *, by: User) -> Invitation:
    """Write to another guardian: they become one too, or in place of the one who invites."""
    email = email.strip().lower()
    if email == by.email:
        raise RuleBroken(_("This is your own address. Write the other guardian’s."))
    if not child.is_minor:
        raise RuleBroken(_("From 18 on people decide for themselves: no guardian is needed."))
    known = user_by_email(email)
    if purpose is InvitationPurpose.GUARDIAN and guardianship_of(child, known):
        raise RuleBroken(_("The owner of this address is a guardian of the child already."))
    charge(Cost(INVITATIONS_TO_MAILBOX, mailbox_of(email)), Cost(INVITATIONS_OF_ACCOUNT, by.id))
    token = secrets.token_urlsafe(32)
    until = clock.now() + LASTS
    invitation = Invitation(**values(child.id, purpose, token, until=until, by=by, email=email))
    db.session.add(invitation)
    db.session.flush()
    notify(
        email,
        "guardian_invitation",
        good_until=invitation.expires_at,
        language=known.language if known else by.language,
        inviter=by.display_name,
        child=child.shortened,
        hands_over=purpose is InvitationPurpose.HAND_OVER,
        until_at=invitation.expires_at.isoformat(),
        link=f"{current_app.config['SITE_URL']}/invitations/{token}",
    )
    return invitation


def accept(invitation: Invitation, user: User) -> None:
    """The account becomes a guardian; who hands over stops being one."""
    child, inviter = invitation.person, invitation.made_by
    hold(child)
    if inviter is None or guardianship_of(child, inviter) is None:
        raise RuleBroken(_("Whoever invited you is no guardian of this child any more."))
    use(invitation, user)
    hands_over = invitation.purpose is InvitationPurpose.HAND_OVER
    if not (hands_over and inviter.id != user.id and guardianship_of(child, user)):
        become_guardian(child, user, email=invitation.email)
    if hands_over:
        part(child, inviter)
        record("guardianship.handed_over", child, organization_id=school_of(child))
    tell_guardians(
        child, "guardian_joined", but=user, told_too=inviter, guardian=user.display_name
    )  # fmt: skip


def take_back(invitation: Invitation) -> None:
    """The letter's link stops working."""
    invitation.expires_at = clock.now()
    db.session.flush()


# Accounts of one's own


def make_codes(
    persons: Collection[Person], *, by: User, lasts: timedelta = LASTS
) -> dict[int, str]:  # fmt: skip
    """A code for each person's own account, by their id; earlier ones end. Codes are kept
    nowhere: they are shown or printed once. To whoever has an account without an address a
    code gives a new password: no letter could."""
    for person in persons:
        if person.user and not has_no_address(person):
            raise RuleBroken(_("%(name)s has an account already.", name=person.shortened))
    ids = [person.id for person in persons]
    db.session.execute(
        sa.update(Invitation)
        .where(
            Invitation.person_id.in_(ids),
            Invitation.purpose == OWN_ACCOUNT,
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .values(expires_at=clock.now())
    )
    codes = {id_: random_code(CODE_LENGTH) for id_ in ids}
    until = clock.now() + lasts
    rows = [values(id_, OWN_ACCOUNT, code, until=until, by=by) for id_, code in codes.items()]
    if rows:
        db.session.execute(sa.insert(Invitation), rows)  # a class at once
    return codes


def print_codes(class_: SchoolClass, pupils: Sequence[Person], *, by: User) -> dict[int, str]:
    """Codes for pupils of a class, handed out on paper. An account in use is not the school's
    to open."""
    for pupil in pupils:
        if not pupil.belongs_to_school(class_.school_id):
            raise RuleBroken(_("Choose pupils of your own school."))
    refuse_used(pupils)
    codes = make_codes(pupils, by=by, lasts=PRINTED_LASTS)
    record(
        "log_ins.printed", class_, organization_id=class_.school_id, number=len(codes)
    )  # fmt: skip
    return codes


def refuse_used(pupils: Collection[Person]) -> None:
    used = used_accounts([pupil.user_id for pupil in pupils if pupil.user_id])
    names = "; ".join(pupil.shortened for pupil in pupils if pupil.user_id in used)
    if names:
        raise RuleBroken(
            _(
                "These pupils use their accounts: %(names)s. Untick them. A forgotten password "
                "is renewed by a letter from the log-in page or by a parent: a code on the "
                "child’s page.",
                names=names,
            )
        )


def may_renew(invitation: Invitation) -> bool:
    """Whether the code gives a new password: of an account in use only by the family's."""
    person = invitation.person
    if person.user is None or not has_no_address(person):
        return False
    return not used_accounts([person.user.id]) or is_of_the_family(invitation)


def is_of_the_family(invitation: Invitation) -> bool:
    """Made by the account itself, or by somebody who is a guardian today."""
    person, maker = invitation.person, invitation.made_by
    if maker is None:
        return False
    return maker.id == person.user_id or guardianship_of(person, maker) is not None


def has_no_address(person: Person) -> bool:
    """They have an account, with a login alone."""
    return person.user is not None and not person.user.email


def renew_password(invitation: Invitation, password_hash: str) -> User:
    """Whoever forgot the password of an account without an address got a new code."""
    person = invitation.person
    user = person.user
    if user is None or not may_renew(invitation):
        raise RuleBroken(_("This invitation was used already, or its time is over."))
    use(invitation, user)
    set_password(user, password_hash)
    record("account.password_renewed", person, organization_id=school_of(person))
    tell_guardians(person, "child_password_changed", but=user)
    return user


def is_printed_by_school(invitation: Invitation) -> bool:
    """No guardian made the code: it came on paper from the school, and is typed there."""
    return guardianship_of(invitation.person, invitation.made_by) is None


def is_same_person(own: Person, person: Person) -> bool:
    """The account's own person is the one of the code: the same name and birth date."""
    return is_named_like(
        own,
        Details(
            person.last_name,
            person.first_name,
            person.patronymic,
            birth_date=person.birth_date,
            birth_year=person.birth_year,
        ),
    )


def refuse_stranger(person: Person, user: User) -> None:
    """An account is one person: not another's, not the person's own guardian."""
    if person.user_id not in (None, user.id):
        raise RuleBroken(_("%(name)s has an account already.", name=person.shortened))
    if guardianship_of(person, user):
        raise RuleBroken(
            _(
                "This code is for the child’s own account, and you are their guardian. Log out "
                "first and let the child type the code."
            )
        )
    if answers_for(user.id, person):
        raise RuleBroken(
            _("The child’s account answers for you yourself: you cannot answer for each other.")
        )
    own = person_of(user)
    if own and not is_same_person(own, person):
        raise RuleBroken(
            _(
                "This account is somebody else’s: its name or birth date differs. Log out, and "
                "make an account of your own or log in to it."
            )
        )


def join(invitation: Invitation, user: User) -> None:
    """The account is this person's own from now on. An own person the account had before
    must have been merged into this one."""
    person = invitation.person
    refuse_stranger(person, user)
    use(invitation, user)
    try:
        with db.session.begin_nested():
            person.user_id = user.id
    except IntegrityError as at_once:
        raise RuleBroken(_("This account is joined with somebody already.")) from at_once
    record("account.joined", person, organization_id=school_of(person), account=user.id)
    tell_guardians(person, "child_account", but=user)


# Both


def values(
    person_id: int,
    purpose: InvitationPurpose,
    secret: str,
    *,
    until: datetime,
    by: User,
    email: str = "",
) -> dict[str, Any]:
    """A row. Of the secret only the hash is kept."""
    return {
        "person_id": person_id,
        "purpose": purpose,
        "code_hash": secret_hash(secret),
        "email": email,
        "made_by_id": by.id,
        "expires_at": until,
    }


def use(invitation: Invitation, user: User) -> None:
    """Once: of two who come at the same moment, one is let in."""
    used = db.session.connection().execute(
        sa.update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .values(used_at=clock.now(), used_by_id=user.id)
    )
    if used.rowcount != 1:
        raise RuleBroken(_("This invitation was used already, or its time is over."))


def tell_guardians_of(user: User, letter: str) -> None:
    """The account may be a child's: whoever keeps the child is told what became of it."""
    person = person_of(user)
    if person and person.is_minor:
        tell_guardians(person, letter, but=user)


def tell_guardians(
    child: Person, letter: str, *, but: User, told_too: User | None = None, **context: Any
) -> None:
    """Whoever keeps the child reads what changed around them."""
    users = {one.user for one in guardianships_of([child])[child.id] if one.user}
    for user in (users | ({told_too} if told_too else set())) - {but}:
        notify(user.email, letter, language=user.language, child=child.shortened, **context)
