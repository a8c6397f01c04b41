"""Who acts for an organization: invited by letter, let in when they accept, taken off."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts.guards import attempts
from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.base import clock
from app.base.db import db, hold_row
from app.base.mail import RETRIED_FOR
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.organizations.actions import grant
from app.organizations.kinds import ROLES
from app.organizations.models import (
    Membership,
    Organization,
    OrganizationKind,
    Role,
    SentInvitation,
)
from app.organizations.names import has_link
from app.organizations.queries import admins_of, site_admins

LASTS_DAYS = 14
MOST_A_DAY = 50  # of one organization: a school with all its teachers, not a mailing


@dataclass(frozen=True)
class Invitation:
    """What a signed link says: nothing is stored until it is accepted."""

    organization: Organization
    email: str
    role: Role


def signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="staff invitation")


def roles_in(organization: Organization) -> list[Role]:
    """The roles that mean something there."""
    roles = [Role.ADMIN, Role.ORGANIZER, Role.DOOR]
    return [*roles, Role.TEACHER] if organization.kind is OrganizationKind.SCHOOL else roles


def invite(organization: Organization, email: str, role: Role, *, by: User) -> None:
    """Write to somebody who is to act for the organization. They decide, logged in with
    this very address; whether it has an account is told to nobody."""
    email = email.strip().lower()
    refuse_if_not_allowed(organization, by)
    known = user_by_email(email)
    if known and membership_of(known, organization, role):
        raise RuleBroken(_("%(email)s has this role already.", email=email))
    if not attempts.may_write_to(email):
        raise RuleBroken(_("Too many letters to this address. Try again in an hour."))
    count_letter(organization)
    token = signer().dumps([organization.id, email, role.value, by.id])
    notify(
        email,
        "staff_invitation",
        language=known.language if known else by.language,
        inviter=by.display_name,
        organization=organization.short_name,
        role=str(ROLES[role]),
        days=LASTS_DAYS,
        link=f"{current_app.config['SITE_URL']}/organizations/join/{token}",
    )


def refuse_if_not_allowed(organization: Organization, by: User) -> None:
    """Letters go out under the ministry's name: for organizations it knows, with nothing in
    them that leads elsewhere."""
    if not organization.is_approved:
        raise RuleBroken(_("Only organizations that the ministry has approved invite people."))
    if has_link(by.name):
        raise RuleBroken(
            _("Your own name has a link in it. Correct it in your details, then send invitations.")
        )


def count_letter(organization: Organization) -> None:
    """One more invitation of this day, or refuse. Older ones are forgotten. One at a time."""
    hold_row(organization, "id")
    a_day_ago = clock.now() - timedelta(days=1)
    of_it = SentInvitation.organization_id == organization.id
    db.session.execute(sa.delete(SentInvitation).where(of_it, SentInvitation.sent_at <= a_day_ago))
    sent = db.session.scalar(sa.select(sa.func.count()).select_from(SentInvitation).where(of_it))
    if (sent or 0) >= MOST_A_DAY:
        raise RuleBroken(
            _("%(most)s invitations went out within a day. Send more tomorrow.", most=MOST_A_DAY)
        )
    db.session.add(SentInvitation(organization_id=organization.id))
    db.session.flush()


def invitation_of(token: str) -> Invitation | None:
    """What the link offers; None when it was cut, is too old, the organization is not
    approved (any more), or whoever sent it does not administer it any more."""
    try:
        organization_id, email, role, by_id = signer().loads(
            token, max_age=(LASTS_DAYS + RETRIED_FOR.days) * 24 * 60 * 60
        )
        organization = db.session.get(Organization, organization_id)
        wanted = Role(role)
    except (BadSignature, ValueError, TypeError):
        return None
    if organization is None or not organization.is_approved:
        return None
    let_in = [*admins_of([organization])[organization.id], *site_admins()]
    if by_id not in {admin.id for admin in let_in}:
        return None
    return Invitation(organization, email, wanted)


def accept(invitation: Invitation, user: User) -> bool:
    """The account gets the role; False if it has it already."""
    if user.email.lower() != invitation.email.lower() or user.email_confirmed_at is None:
        raise RuleBroken(
            _(
                "This invitation was sent to %(email)s. Log in with that address to accept it.",
                email=invitation.email,
            )
        )
    return grant(user, invitation.organization, invitation.role)


def remove(membership: Membership) -> None:
    """Takes effect at once. An organization always keeps somebody who administers it."""
    organization = membership.organization
    # One at a time: two admins may take each other off at the same moment.
    db.session.scalars(
        sa.select(Organization).filter_by(id=organization.id).with_for_update()
    ).one()
    admins = admins_of([organization])[organization.id]
    if membership.role is Role.ADMIN and len(admins) == 1:
        raise RuleBroken(
            _("This is the only administrator. Invite another one first, then remove this one.")
        )
    db.session.delete(membership)
    db.session.flush()


def membership_of(user: User, organization: Organization, role: Role) -> Membership | None:
    query = sa.select(Membership).filter_by(
        user_id=user.id, organization_id=organization.id, role=role
    )
    return db.session.scalar(query)
