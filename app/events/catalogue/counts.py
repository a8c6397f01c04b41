"""Events counted by who holds them."""

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.events.models import Event, EventStatus
from app.organizations.models import Organization


def coming_by_organization() -> dict[int, int]:
    """How many published events of each organization are still to come or going on."""
    query = (
        sa.select(Event.organization_id, sa.func.count())
        .where(Event.status == EventStatus.PUBLISHED, Event.ends_at > clock.now())
        .group_by(Event.organization_id)
    )
    return dict(db.session.execute(query).all())


def coming_events_of(organization: Organization, *, most: int | None = None) -> list[Event]:
    """Its published events that are not over, the nearest first."""
    query = sa.select(Event).where(*coming_of_it(organization))
    return list(db.session.scalars(query.order_by(Event.starts_at, Event.id).limit(most)))


def number_of_coming(organization: Organization) -> int:
    query = sa.select(sa.func.count()).select_from(Event).where(*coming_of_it(organization))
    return db.session.scalar(query) or 0


def coming_of_it(organization: Organization) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Event.organization_id == organization.id,
        Event.status == EventStatus.PUBLISHED,
        Event.ends_at > clock.now(),
    )


def past_of(organization: Organization) -> int:
    """How many events the organization has held."""
    query = sa.select(sa.func.count()).where(
        Event.organization_id == organization.id,
        Event.status == EventStatus.PUBLISHED,
        Event.ends_at <= clock.now(),
    )
    return db.session.scalar(query) or 0
