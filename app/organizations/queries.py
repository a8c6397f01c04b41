"""Reading organizations, municipalities and memberships."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from app.accounts.models import User
from app.db import db
from app.organizations.kinds import TITLES
from app.organizations.models import (
    Membership,
    Municipality,
    Organization,
    OrganizationKind,
    Role,
)
from app.text import like, searchable, sort_key
from app.web import Paged, paged

MOST_WORDS = 10


def memberships_of(user: User) -> list[Membership]:
    """With their organizations, in one query."""
    query = (
        sa.select(Membership)
        .where(Membership.user_id == user.id)
        .options(
            joinedload(Membership.organization).options(
                defer(Organization.about), defer(Organization.search_text)
            )
        )
        .order_by(Membership.id)
    )
    return list(db.session.scalars(query))


def organization_by_slug(slug: str) -> Organization | None:
    query = (
        sa.select(Organization)
        .where(Organization.slug == slug)
        .options(joinedload(Organization.municipality))
    )
    return db.session.scalar(query)


def organization_named(name: str) -> Organization | None:
    return db.session.scalar(sa.select(Organization).where(Organization.name == name))


def find_organizations(
    q: str = "",
    *,
    kind: OrganizationKind | None = None,
    oktmo: str = "",
    number: int = 1,
    size: int = 48,
) -> Paged[Organization]:
    """Approved organizations, colleges first; ``q`` holds parts of words of their names."""
    query = sa.select(Organization).where(Organization.is_approved)
    for word in searchable(q).split()[:MOST_WORDS]:
        query = query.where(Organization.search_text.like(like(word), escape="\\"))
    if kind:
        query = query.where(Organization.kind == kind)
    if oktmo:
        query = query.join(Organization.municipality).where(Municipality.oktmo == oktmo)
    place = sa.case({one: n for n, one in enumerate(TITLES)}, value=Organization.kind)
    query = query.options(joinedload(Organization.municipality))
    return paged(
        query.order_by(place, Organization.sort_key, Organization.id), number=number, size=size
    )


def waiting_organizations() -> list[Organization]:
    """Those registered and not approved yet, the longest waiting first."""
    query = (
        sa.select(Organization)
        .where(sa.not_(Organization.is_approved))
        .options(joinedload(Organization.municipality))
        .order_by(Organization.created_at, Organization.id)
    )
    return list(db.session.scalars(query))


def admins_of(organizations: Sequence[Organization]) -> dict[int, list[User]]:
    """Who administers each of them, by the organization's id."""
    query = (
        sa.select(Membership)
        .where(
            Membership.organization_id.in_([one.id for one in organizations]),
            Membership.role == Role.ADMIN,
        )
        .options(joinedload(Membership.user))
        .order_by(Membership.id)
    )
    admins: dict[int, list[User]] = {one.id: [] for one in organizations}
    for membership in db.session.scalars(query) if organizations else ():
        admins[membership.organization_id].append(membership.user)
    return admins


def members_of(organization: Organization, role: Role) -> list[User]:
    """Who acts for it in this role, by name."""
    query = (
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organization_id == organization.id, Membership.role == role)
    )
    found = db.session.scalars(query)
    return sorted(found, key=lambda user: (sort_key(user.display_name), user.id))


def memberships_in(organization: Organization) -> list[Membership]:
    """Everybody who acts for it, by name; whoever has two roles stands there twice."""
    query = (
        sa.select(Membership)
        .where(Membership.organization_id == organization.id)
        .options(joinedload(Membership.user))
    )
    found = db.session.scalars(query)
    return sorted(found, key=lambda one: (sort_key(one.user.display_name), one.id))


def site_admins() -> list[User]:
    """Those who approve organizations: the admins of the ministry."""
    query = (
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Membership.organization)
        .where(
            Membership.role == Role.ADMIN,
            Organization.kind == OrganizationKind.MINISTRY,
            Organization.is_approved,
        )
        .order_by(User.id)
        .distinct()
    )
    return list(db.session.scalars(query))


def municipalities() -> list[Municipality]:
    """All districts and cities of the region, by name."""
    query = sa.select(Municipality).order_by(Municipality.sort_key, Municipality.id)
    return list(db.session.scalars(query))
