"""Giving people a role at one event, and taking it away."""

from flask_babel import gettext as _

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.audit.actions import record
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.staff.models import EventStaff, StaffRole
from app.events.staff.queries import colleagues_at
from app.notifications.actions import notify
from app.organizations.models import Role
from app.organizations.queries import members_of
from app.web.budgets import INVITATIONS_OF_ACCOUNT, INVITATIONS_TO_MAILBOX, Cost, charge, mailbox_of

MOST_COLLEAGUES = 50


def add(event: Event, email: str, role: StaffRole, *, by: User | None) -> EventStaff:
    """Give the role to an address and write there. Whoever has or makes an account with it
    has the role; nobody learns from this whether there is one. Adding again changes the role.
    """
    address = email.strip().lower()
    colleagues = colleagues_at(event)
    found = next((one for one in colleagues if one.email == address), None)
    if found and found.role is role:
        return found
    refuse_own_organizer(event, address)
    if found is None and len(colleagues) >= MOST_COLLEAGUES:
        raise RuleBroken(
            _("At most %(most)s colleagues help with one event. Remove somebody first.",
              most=MOST_COLLEAGUES)
        )  # fmt: skip
    if by:  # adding, removing and adding again would write without end
        charge(
            Cost(INVITATIONS_TO_MAILBOX, mailbox_of(address)),
            Cost(INVITATIONS_OF_ACCOUNT, by.id),
        )
    user = user_by_email(address)
    is_theirs = user is not None and user.email_confirmed_at is not None
    staff = found or EventStaff(
        event_id=event.id,
        email=address,
        user_id=user.id if user and is_theirs else None,
        added_by_id=by.id if by else None,
    )
    staff.role = role
    db.session.add(staff)
    db.session.flush()
    record("event.staff_added", event, organization_id=event.organization_id, role=role.value)
    notify(
        address,
        "event_staff_added",
        language=user.language if user and is_theirs else "ru",
        event=event.title,
        organization=event.organization.short_name,
        role=role.value,
        by=by.display_name if by else "",
    )
    return staff


def refuse_own_organizer(event: Event, address: str) -> None:
    own = (Role.ADMIN, Role.ORGANIZER)
    if any(user.email == address for role in own for user in members_of(event.organization, role)):
        raise RuleBroken(
            _("%(email)s organizes all events of %(organization)s already, this one too.",
              email=address, organization=event.organization.short_name)
        )  # fmt: skip


def remove(staff: EventStaff) -> None:
    """Take the role away: from the next click on the event is hidden from them."""
    event = staff.event
    record("event.staff_removed", event, organization_id=event.organization_id, role=staff.role)
    db.session.delete(staff)
    db.session.flush()
