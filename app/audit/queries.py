"""Reading the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.organizations.models import Organization
from app.web.pages import Paged, paged

PAGE_SIZE = 50
OF_AN_ACCOUNT = 20


@dataclass(frozen=True)
class Selection:
    """Which entries. ``within``: of these organizations alone; None: all there are."""

    within: Collection[int] | None = None
    organization_id: int | None = None
    user_id: int | None = None
    action: str = ""
    day: date | None = None


def visible(within: Collection[int] | None) -> list[sa.ColumnElement[bool]]:
    return [] if within is None else [AuditEntry.organization_id.in_(within)]


def entries(wanted: Selection, *, number: int = 1) -> Paged[AuditEntry]:
    """One page of the entries, newest first, with who and where."""
    query = sa.select(AuditEntry).where(*visible(wanted.within))
    if wanted.organization_id:
        query = query.where(AuditEntry.organization_id == wanted.organization_id)
    if wanted.user_id:
        query = query.where(AuditEntry.user_id == wanted.user_id)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.day:
        begins, ends = clock.start_of_day(wanted.day), clock.end_of_day(wanted.day)
        query = query.where(AuditEntry.at >= begins, AuditEntry.at < ends)
    query = query.options(joinedload(AuditEntry.user), joinedload(AuditEntry.organization))
    return paged(
        query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()), number=number, size=PAGE_SIZE
    )


def log_ins_of(user: User) -> list[AuditEntry]:
    """The latest that happened with the account: for its owner."""
    query = (
        sa.select(AuditEntry)
        .where(
            AuditEntry.object_type == User.__tablename__,
            AuditEntry.object_id == user.id,
            AuditEntry.action.startswith("account.", autoescape=True),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(OF_AN_ACCOUNT)
    )
    return list(db.session.scalars(query))


def number_since(action: str, user: User, moment: datetime) -> int:
    """How often the user has done this since the moment."""
    query = sa.select(sa.func.count()).where(
        AuditEntry.user_id == user.id, AuditEntry.at > moment, AuditEntry.action == action
    )
    return db.session.scalar(query) or 0


def organizations_in(within: Collection[int] | None) -> list[Organization]:
    """Those that entries are about, by name."""
    theirs = sa.select(AuditEntry.organization_id).where(*visible(within))
    query = sa.select(Organization).where(Organization.id.in_(theirs))
    return list(db.session.scalars(query.order_by(Organization.sort_key, Organization.id)))


def people_in(within: Collection[int] | None) -> list[User]:
    """Who did something, by name."""
    theirs = sa.select(AuditEntry.user_id).where(*visible(within))
    query = sa.select(User).where(User.id.in_(theirs)).order_by(User.name, User.id)
    return list(db.session.scalars(query))


def actions_in(within: Collection[int] | None) -> list[str]:
    query = sa.select(AuditEntry.action).where(*visible(within)).distinct()
    return list(db.session.scalars(query))
