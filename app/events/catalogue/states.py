"""Whether the page of an event has changed: asked in one small query, before drawing it."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa

from app.base.db import db
from app.events.models import FEW, Event, EventSeries, Slot
from app.events.queries import NOW, SLUG
from app.events.questions.models import Question
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.quota_models import Quota
from app.organizations.models import Municipality, Organization
from app.people.models import ConsentKind, ConsentText
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


def form_state_of(slug: str) -> tuple[Any, ...] | None:
    """The same for the sign-up form, where seats are counted out only when few are left:
    so it stays the same while many people sign up. It shows the consent's text and the
    organizer's questions as well."""
    if not SLUG.fullmatch(slug):
        return None
    row = db.session.execute(FORM_STATE, {"slug": slug}).first()
    return tuple(row) if row else None


def in_one(*tables: sa.FromClause) -> sa.ColumnElement[str]:
    """Every column of these tables in one text."""
    return joined([column for table in tables for column in table.columns])


def joined(columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    texts = [sa.func.coalesce(sa.cast(column, sa.Text), NOTHING) + BETWEEN for column in columns]
    return reduce(add, texts)


# The tables themselves: rows that are only compared need not become objects.
event, slot = Event.__table__, Slot.__table__
organization, municipality = Organization.__table__, Municipality.__table__
measure, question = Measure.__table__, Question.__table__
series = EventSeries.__table__
quota, draw = Quota.__table__, Draw.__table__


def slots_of_event(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    return of_event(slot, column)


def of_event(table: sa.FromClause, column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(column).where(table.c.event_id == event.c.id).scalar_subquery()


def state_query(of_slot: sa.ColumnElement[str]) -> sa.Select[Any]:
    """``of_slot`` is what counts of each slot."""
    return (
        sa.select(
            in_one(event, organization),
            in_one(municipality, measure, series),
            slots_of_event(sa.func.aggregate_strings(of_slot, "\x1f")),
            slots_of_event(sa.func.sum(sa.case((slot.c.starts_at <= NOW, 1), else_=0))),
            of_event(quota, sa.func.aggregate_strings(in_one(quota), "\x1f")),
            of_event(quota, sa.func.sum(sa.case((quota.c.until <= NOW, 1), else_=0))),
            of_event(draw, joined([draw.c.seed_sha256, draw.c.drawn_at])),
            event.c.ends_at <= NOW,
            event.c.signup_opens_at <= NOW,
            event.c.signup_closes_at <= NOW,
        )
        .join_from(event, organization, event.c.organization_id == organization.c.id)
        .outerjoin(municipality, event.c.municipality_id == municipality.c.id)
        .outerjoin(measure, event.c.measure_id == measure.c.id)
        .outerjoin(series, event.c.series_id == series.c.id)
        .where(event.c.slug == sa.bindparam("slug"))
    )


LEFT = slot.c.capacity - slot.c.seats_taken
ALL_BUT_SEATS = [
    column for column in slot.columns if column.name not in ("capacity", "seats_taken")
]
STATE = state_query(in_one(slot))
TEXT_IN_FORCE = (
    sa.select(sa.func.max(ConsentText.version))
    .where(ConsentText.kind == ConsentKind.PERSONAL_DATA)
    .scalar_subquery()
)
QUESTIONS = (
    sa.select(sa.func.aggregate_strings(in_one(question), "\x1f"))
    .where(question.c.event_id == event.c.id)
    .scalar_subquery()
)
FORM_STATE = state_query(
    joined([*ALL_BUT_SEATS, sa.case((LEFT <= FEW, LEFT), else_=FEW + 1)])
).add_columns(TEXT_IN_FORCE, QUESTIONS)
