"""What the ministry decides about an organization: approved, rejected, suspended, resumed,
closed. Each act is told to its administrators by letter."""

from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.organizations.actions import refuse_too_many_waiting, tell_ministry
from app.organizations.models import (
    Organization,
    OrganizationChange,
    OrganizationKind,
    State,
)
from app.organizations.queries import admins_of


def seal_of(thing: Organization | OrganizationChange) -> str:
    """Equal while the names and the kind are what the ministry has read: a form carries it,
    so that nothing else is approved than what was seen."""
    said = "\x1f".join((thing.name, thing.short_name, thing.kind.value))
    return sha256(said.encode()).hexdigest()[:16]


def approve(organization: Organization, *, seen: str | None = None) -> None:
    """From now on it publishes. Approving again changes nothing. ``seen``: the seal of what
    was approved; refused when its name has changed since."""
    hold_row(organization)
    if organization.is_approved:
        return
    refuse_unless(organization, State.WAITING, State.REJECTED)
    refuse_unless_seen(organization, seen)
    organization.approved_at, organization.rejected_at = clock.now(), None
    organization.state_reason = ""
    db.session.flush()
    tell_admins(organization, "organization_approved")


def reject(organization: Organization, *, reason: str) -> None:
    """Not approved. Whoever registered it reads why, may correct it and ask again."""
    refuse_unless(organization, State.WAITING)
    organization.rejected_at, organization.state_reason = clock.now(), reason
    db.session.flush()
    tell_admins(organization, "organization_rejected", reason=reason)


def ask_again(organization: Organization, *, by: User) -> None:
    """A rejected one waits anew, corrected. The reason stays readable until the answer."""
    refuse_unless(organization, State.REJECTED)
    refuse_too_many_waiting(by)
    organization.rejected_at, organization.registered_by_id = None, by.id
    db.session.flush()
    tell_ministry(organization, by=by)


def suspend(organization: Organization, *, reason: str) -> None:
    """It may nothing until it is resumed: it is not approved meanwhile, and everything
    that asks for approval follows."""
    refuse_of_ministry(organization)
    refuse_unless(organization, State.APPROVED)
    organization.suspended_at, organization.state_reason = clock.now(), reason
    db.session.flush()
    tell_admins(organization, "organization_suspended", reason=reason)


def resume(organization: Organization) -> None:
    """All is as it was before it was suspended."""
    refuse_unless(organization, State.SUSPENDED)
    organization.suspended_at, organization.state_reason = None, ""
    db.session.flush()
    tell_admins(organization, "organization_resumed")


def close(organization: Organization, *, reason: str) -> None:
    """For ever. Its people keep their papers, and these stay verifiable. Its events to come
    are called off first: registrations.closing does both."""
    refuse_of_ministry(organization)
    refuse_unless(organization, *(state for state in State if state is not State.CLOSED))
    organization.closed_at, organization.state_reason = clock.now(), reason
    of_it = OrganizationChange.organization_id == organization.id
    db.session.execute(sa.delete(OrganizationChange).where(of_it))
    db.session.flush()
    tell_admins(organization, "organization_closed", reason=reason)


def refuse_unless(organization: Organization, *states: State) -> None:
    """Hold the organization and read again how it stands: of two acts at once the second
    sees the first."""
    hold_row(organization)
    if organization.state not in states:
        raise RuleBroken(
            _("This does not fit any more: somebody has decided about the organization meanwhile.")
        )


def refuse_unless_seen(thing: Organization | OrganizationChange, seen: str | None) -> None:
    if seen is not None and seen != seal_of(thing):
        raise RuleBroken(
            _("The name or the kind has been changed meanwhile. Read it again before you decide.")
        )


def refuse_of_ministry(organization: Organization) -> None:
    """Nobody would be left to undo it."""
    if organization.kind is OrganizationKind.MINISTRY:
        raise RuleBroken(_("The ministry itself is neither suspended nor closed here."))


def tell_admins(organization: Organization, template: str, **context: Any) -> None:
    """A letter to each account that administers the organization."""
    for admin in admins_of([organization])[organization.id]:
        notify(
            admin.email,
            template,
            language=admin.language,
            organization=organization.name,
            slug=organization.slug,
            **context,
        )
