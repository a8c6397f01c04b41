"""The rules about an event's seats: its quotas and its draw."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.base.db import db
from app.events.models import Event
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.quota_models import Quota, QuotaKind


def quotas_of(event: Event) -> Sequence[Quota]:
    """With their municipalities, in one query."""
    query = (
        sa.select(Quota)
        .where(Quota.event_id == event.id)
        .options(joinedload(Quota.municipality))
        .order_by(Quota.kind.desc(), Quota.id)
    )
    return db.session.scalars(query).all()


def held_quotas_of(event: Event) -> Sequence[Quota]:
    """As they are now, and locked: what one school holds is counted over all slots, whose
    seats are taken by others at the same time."""
    query = (
        sa.select(Quota)
        .where(Quota.event_id == event.id)
        .order_by(Quota.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def quota_of(event: Event, id_: int) -> Quota | None:
    return db.session.scalar(sa.select(Quota).filter_by(event_id=event.id, id=id_))


def has_quota(event: Event, kind: QuotaKind) -> bool:
    query = sa.select(Quota.id).filter_by(event_id=event.id, kind=kind)
    return db.session.scalar(query.limit(1)) is not None


def draw_of(event: Event) -> Draw | None:
    return db.session.scalar(sa.select(Draw).filter_by(event_id=event.id))


def lots_are_drawn(event: Event) -> bool:
    query = sa.select(Draw.id).where(Draw.event_id == event.id, Draw.drawn_at.is_not(None))
    return db.session.scalar(query) is not None
