"""Whether the page of an event has changed: asked in one small query, before drawing it."""

from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa

from app.db import Base, db
from app.events.models import Event, Slot
from app.events.queries import NOW, SLUG
from app.organizations.models import Municipality, Organization
from app.roadmap.models import Measure

# Written into the query, not sent with it: there are hundreds of them. No text holds the sign.
NOTHING, BETWEEN = sa.literal_column("''", sa.Text), sa.literal_column("'\x1f'", sa.Text)


def state_of(slug: str) -> tuple[Any, ...] | None:
    """All that the page of an event shows, as one value: equal while the page stays the same.

    It is every column of the event, its slots and what stands around it, and which of its
    moments have passed. Nothing is made of it but a comparison.
    """
    if not SLUG.fullmatch(slug):
        return None
    row = db.session.execute(STATE, {"slug": slug}).first()
    return tuple(row) if row else None


def in_one(*models: type[Base]) -> sa.ColumnElement[str]:
    """Every column of these tables in one text."""
    columns = [column for model in models for column in sa.inspect(model).local_table.columns]
    texts = [sa.func.coalesce(sa.cast(column, sa.Text), NOTHING) + BETWEEN for column in columns]
    return reduce(add, texts)


def slots_of_event(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(column).where(Slot.event_id == Event.id).correlate(Event).scalar_subquery()


STATE = (
    sa.select(
        in_one(Event, Organization),
        in_one(Municipality, Measure),
        slots_of_event(sa.func.aggregate_strings(in_one(Slot), "\x1f")),
        slots_of_event(sa.func.sum(sa.case((Slot.starts_at <= NOW, 1), else_=0))),
        Event.ends_at <= NOW,
        Event.signup_opens_at <= NOW,
        Event.signup_closes_at <= NOW,
    )
    .join_from(Event, Organization, Event.organization_id == Organization.id)
    .outerjoin(Municipality, Event.municipality_id == Municipality.id)
    .outerjoin(Measure, Event.measure_id == Measure.id)
    .where(Event.slug == sa.bindparam("slug"))
)
