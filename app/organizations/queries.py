"""Reading organizations, municipalities and memberships."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from app.accounts.models import User
from app.base.db import db
from app.base.words.text import like, searchable, sort_key
from app.organizations.kinds import TITLES
from app.organizations.models import (
    Membership,
    Municipality,
    Organization,
    OrganizationChange,
    OrganizationKind,
    Role,
    State,
)
from app.web.pages import Paged, paged

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
    query = sa.select(Organization).where(Organization.is_approved, *named_with(q))
    if kind:
        query = query.where(Organization.kind == kind)
    if oktmo:
        query = query.join(Organization.municipality).where(Municipality.oktmo == oktmo)
    place = sa.case({one: n for n, one in enumerate(TITLES)}, value=Organization.kind)
    query = query.options(joinedload(Organization.municipality))
    return paged(
        query.order_by(place, Organization.sort_key, Organization.id), number=number, size=size
    )


def named_with(q: str) -> list[sa.ColumnElement[bool]]:
    """Each of these parts of words stands in the names or the address."""
    words = searchable(q).split()[:MOST_WORDS]
    return [Organization.search_text.like(like(word), escape="\\") for word in words]


def in_state(state: State) -> sa.ColumnElement[bool]:
    """The condition that ``Organization.state`` is on an object."""
    o = Organization
    return {
        State.WAITING: sa.and_(
            o.approved_at.is_(None), o.rejected_at.is_(None), o.closed_at.is_(None)
        ),
        State.APPROVED: sa.and_(o.is_approved, o.closed_at.is_(None)),
        State.REJECTED: sa.and_(
            o.approved_at.is_(None), o.rejected_at.is_not(None), o.closed_at.is_(None)
        ),
        State.SUSPENDED: sa.and_(o.suspended_at.is_not(None), o.closed_at.is_(None)),
        State.CLOSED: o.closed_at.is_not(None),
    }[state]


def organizations_in_state(
    state: State, q: str = "", *, number: int = 1, size: int = 20
) -> Paged[Organization]:
    """One page of them with who registered them: the longest waiting first, others by name."""
    query = sa.select(Organization).where(in_state(state), *named_with(q))
    query = query.options(
        joinedload(Organization.municipality), joinedload(Organization.registered_by)
    )
    by_age = state is State.WAITING
    order = Organization.created_at if by_age else Organization.sort_key
    return paged(query.order_by(order, Organization.id), number=number, size=size)


def number_in_state() -> dict[State, int]:
    """How many organizations stand so: one question for all the tabs."""
    sums = [sa.func.sum(sa.case((in_state(state), 1), else_=0)) for state in State]
    row = db.session.execute(sa.select(*sums)).one()
    return {state: number or 0 for state, number in zip(State, row, strict=True)}


def waiting_of(user: User) -> int:
    """How many organizations that this account registered wait for an answer."""
    query = sa.select(sa.func.count()).where(
        Organization.registered_by_id == user.id, in_state(State.WAITING)
    )
    return db.session.scalar(query) or 0


def change_of(organization: Organization) -> OrganizationChange | None:
    """The other name or kind that it asks for, or was refused last."""
    query = sa.select(OrganizationChange).filter_by(organization_id=organization.id)
    return db.session.scalar(query)


def changes_asked(*, number: int = 1, size: int = 20) -> Paged[OrganizationChange]:
    """Those that wait for the ministry, the longest waiting first."""
    query = (
        sa.select(OrganizationChange)
        .where(OrganizationChange.refused_at.is_(None))
        .options(
            joinedload(OrganizationChange.organization), joinedload(OrganizationChange.asked_by)
        )
        .order_by(OrganizationChange.asked_at, OrganizationChange.id)
    )
    return paged(query, number=number, size=size)


def staff_of(organization: Organization) -> int:
    """How many people act for it, in whatever role."""
    count = sa.func.count(sa.distinct(Membership.user_id))
    return (
        db.session.scalar(sa.select(count).where(Membership.organization_id == organization.id))
        or 0
    )


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


def operator() -> Organization | None:
    """Of personal data: the ministry, with its name, address and contacts."""
    query = (
        sa.select(Organization)
        .where(Organization.kind == OrganizationKind.MINISTRY, Organization.is_approved)
        .order_by(Organization.id)
        .limit(1)
    )
    return db.session.scalar(query)
