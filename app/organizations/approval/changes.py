"""Another name or kind of an approved organization: asked for, accepted or refused by the
ministry. Until then the old one stands, on papers too."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.organizations.actions import (
    OF_APPROVAL,
    Details,
    already_here,
    keep,
    needs_approval,
    refuse_ministry,
)
from app.organizations.approval.states import refuse_unless_seen, tell_admins
from app.organizations.models import Organization, OrganizationChange, OrganizationKind
from app.organizations.queries import change_of, organization_named, site_admins
from app.web.budgets import NAMES_PROPOSED, Cost, charge


def propose(
    organization: Organization, details: Details, *, kind: OrganizationKind, by: User
) -> OrganizationChange | None:
    """Ask for what differs from what stands; None when nothing does, or nothing has to be
    asked. An earlier question that waits is replaced."""
    if not organization.is_approved or not needs_approval(organization):
        return None
    wanted = {"name": details.name, "short_name": details.short_name, "kind": kind}
    if are_said(organization, wanted):
        return None
    if kind is not organization.kind:
        refuse_ministry(kind)
    refuse_taken(details.name, organization)
    hold_row(organization, "id")
    change = change_of(organization) or OrganizationChange(organization=organization)
    if change.refused_at is None and change.id and are_said(change, wanted):
        return None
    is_told = change.id is not None and change.refused_at is None  # it looks at the newest
    for column, value in wanted.items():
        setattr(change, column, value)
    change.asked_by_id, change.asked_at = by.id, clock.now()
    change.refused_at, change.reason = None, ""
    db.session.add(change)
    db.session.flush()
    if not is_told:
        charge(Cost(NAMES_PROPOSED, organization.id))  # asked and taken back, again and again
    for admin in [] if is_told else site_admins():
        notify(
            admin.email,
            "organization_change_asked",
            language=admin.language,
            organization=organization.name,
            new_name=change.name,
        )
    return change


def are_said(thing: Organization | OrganizationChange, wanted: Mapping[str, object]) -> bool:
    return all(getattr(thing, column) == value for column, value in wanted.items())


def accept(change: OrganizationChange, *, seen: str) -> dict[str, str]:
    """The organization is called so from now on. What was and what is, for the audit."""
    organization = change.organization
    refuse_unless_asked(change)
    refuse_unless_seen(change, seen)
    if not organization.is_approved:
        raise RuleBroken(_("The organization is not approved now: its name stays as it is."))
    refuse_taken(change.name, organization)
    said = differences(change)
    keep(organization, {column: getattr(change, column) for column in OF_APPROVAL})
    db.session.delete(change)
    db.session.flush()
    tell_admins(organization, "organization_change_accepted")
    return said


def refuse(change: OrganizationChange, *, reason: str) -> dict[str, str]:
    """The old name stays; the organization reads why. For the audit as above."""
    refuse_unless_asked(change)
    change.refused_at, change.reason = clock.now(), reason
    db.session.flush()
    tell_admins(
        change.organization, "organization_change_refused", reason=reason, new_name=change.name
    )
    return differences(change)


def withdraw(change: OrganizationChange) -> None:
    """The organization does not want it any more, or has read the refusal."""
    db.session.execute(sa.delete(OrganizationChange).filter_by(id=change.id))


def differences(change: OrganizationChange) -> dict[str, str]:
    """What stands and what is asked for, of each that differs: «old_name», «new_name»."""
    pairs = {
        column: (str(getattr(change.organization, column)), str(getattr(change, column)))
        for column in OF_APPROVAL
    }
    return {
        f"{age}_{column}": text
        for column, (old, new) in pairs.items()
        if old != new
        for age, text in (("old", old), ("new", new))
    }


def refuse_unless_asked(change: OrganizationChange) -> None:
    """Hold the organization and read again what it asks for: it may have taken it back."""
    hold_row(change.organization)
    wanted = sa.select(OrganizationChange).filter_by(id=change.id, refused_at=None)
    if not db.session.scalar(wanted, execution_options={"populate_existing": True}):
        raise RuleBroken(_("This is not asked for any more: it was taken back or answered."))


def refuse_taken(name: str, organization: Organization) -> None:
    same = organization_named(name)
    if same and same is not organization:
        raise already_here(name)
