"""Changing organizations: registered, described. What the ministry decides is in states.py."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.rules import RuleBroken
from app.base.words.text import searchable, slug, sort_key
from app.notifications.actions import notify
from app.organizations.likeness import resembling
from app.organizations.models import Membership, Organization, OrganizationKind, Role, State
from app.organizations.queries import admins_of, organization_named, site_admins, waiting_of

SLUG_LENGTH = 60
RESERVED = {"new"}  # /organizations/new is the form for a new one
MOST_WAITING = 3  # of one account: whoever has more to register, waits for an answer first
# These stand on papers and open rooms: an approved organization asks for others.
OF_APPROVAL = ("name", "short_name", "kind")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What an organization says about itself."""

    name: str  # as papers show it
    short_name: str
    municipality_id: int | None = None
    address: str = ""
    site: str = ""
    phone: str = ""
    email: str = ""
    about: str = ""
    signatory_name: str = ""
    signatory_post: str = ""


def register(details: Details, *, kind: OrganizationKind, by: User) -> Organization:
    """A new organization that waits for the ministry's approval. Whoever registers it
    becomes its admin; sending the same form again gives the same organization."""
    refuse_ministry(kind)
    if same := organization_named(details.name):
        if same.state is State.WAITING and by in admins_of([same])[same.id]:
            return same
        raise already_here(details.name)
    refuse_too_many_waiting(by)
    organization = found(Organization(kind=kind, registered_by_id=by.id), asdict(details))
    db.session.add(Membership(user=by, organization=organization, role=Role.ADMIN))
    db.session.flush()
    tell_ministry(organization, by=by)
    return organization


def refuse_ministry(kind: OrganizationKind) -> None:
    if kind is OrganizationKind.MINISTRY:  # its admins administer the whole site
        raise RuleBroken(_("The ministry comes with the file of the region, nobody registers it."))


def refuse_too_many_waiting(user: User) -> None:
    """Of two forms sent at once the second counts the first."""
    db.session.scalars(sa.select(User.id).filter_by(id=user.id).with_for_update()).one()
    if waiting_of(user) >= MOST_WAITING:
        raise RuleBroken(
            _(
                "%(most)s organizations of yours wait for the ministry’s answer. "
                "Register the next one when one of them has been answered.",
                most=MOST_WAITING,
            )
        )


def tell_ministry(organization: Organization, *, by: User) -> None:
    """Each of its administrators, that an organization asks for approval."""
    alike = [other.name for other in resembling([organization])[organization.id]]
    for admin in site_admins():
        notify(
            admin.email,
            "organization_waiting",
            language=admin.language,
            organization=organization.name,
            registered_by=by.display_name,
            alike=alike,
        )


def edit(
    organization: Organization, details: Details, *, kind: OrganizationKind | None = None
) -> list[str]:
    """Say something else about the organization; which columns changed. Its address on the
    site stays. What an approved one is called changes by approval alone: see changes.py."""
    refuse_halted(organization)
    facts = asdict(details) | ({"kind": kind} if kind else {})
    changed = [column for column, value in facts.items() if getattr(organization, column) != value]
    if organization.is_approved and needs_approval(organization):
        facts = {column: value for column, value in facts.items() if column not in OF_APPROVAL}
        changed = [column for column in changed if column in facts]
    elif "kind" in changed:
        refuse_ministry(facts["kind"])
    same = organization_named(facts.get("name", organization.name))
    if same and same is not organization:
        raise already_here(details.name)
    keep(organization, facts)
    return changed


def needs_approval(organization: Organization) -> bool:
    """The ministry need not ask itself."""
    return organization.kind is not OrganizationKind.MINISTRY


def refuse_halted(organization: Organization) -> None:
    if organization.closed_at:
        raise RuleBroken(_("The ministry has closed this organization: nothing changes any more."))
    if organization.suspended_at:
        raise RuleBroken(
            _("The ministry has suspended this organization. Nothing changes until it is resumed.")
        )


def grant(user: User, organization: Organization, role: Role) -> bool:
    """Let the user act for the organization in this role; False if they do already."""
    wanted = {"user_id": user.id, "organization_id": organization.id, "role": role}
    unique = [Membership.user_id, Membership.organization_id, Membership.role]
    return insert_unless_there(Membership, wanted, unique=unique) is not None


def withdraw(user: User, organization: Organization, role: Role) -> bool:
    """Take the role away; False if they did not have it."""
    query = sa.select(Membership).filter_by(
        user_id=user.id, organization_id=organization.id, role=role
    )
    membership = db.session.scalar(query)
    if membership:
        db.session.delete(membership)
        db.session.flush()
    return membership is not None


def found(organization: Organization, facts: dict[str, Any]) -> Organization:
    """A new organization with these facts and an address of its own."""
    organization.slug = free_slug(facts["short_name"], facts["name"])
    organization.created_at = clock.now()
    keep(organization, facts)
    return organization


def keep(organization: Organization, facts: dict[str, Any]) -> None:
    """Write the facts down, with all that is derived from them. Of two who take the same
    name at the same moment the database refuses the second."""
    try:
        with db.session.begin_nested():
            for column, value in facts.items():
                setattr(organization, column, value)
            db.session.add(named(organization))
    except IntegrityError:
        raise already_here(facts.get("name", organization.name)) from None


def already_here(name: str) -> RuleBroken:
    return RuleBroken(
        _("«%(name)s» is on the site already. Ask its staff to let you in, "
          "or write a name that tells the two apart.", name=name)
    )  # fmt: skip


def named(organization: Organization) -> Organization:
    """What is derived from its names: for the search, and for lists in Russian order where
    № 4 stands before № 10."""
    organization.search_text = searchable(
        organization.name, organization.short_name, organization.address
    )
    numbers = re.sub(r"\d+", lambda n: n.group().zfill(4), organization.short_name)
    organization.sort_key = sort_key(numbers)[:1000]
    return organization


def free_slug(short_name: str, name: str) -> str:
    """The address from its short name, else from its whole name, else with a number.

    An address once given stays, whatever the organization is called later.
    """
    called = Organization(name=name).title
    wanted = [one for text in (short_name, called) if (one := slug(text, SLUG_LENGTH))]
    wanted = wanted or ["organization"]
    begins_so = (Organization.slug.startswith(one, autoescape=True) for one in wanted)
    taken = RESERVED | set(
        db.session.scalars(sa.select(Organization.slug).where(sa.or_(*begins_so)))
    )
    numbered = (f"{wanted[0]}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (*wanted, *numbered) if one not in taken)
