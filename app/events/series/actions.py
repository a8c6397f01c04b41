"""Series: events that belong together, with a page of their own."""

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.words.text import slug
from app.events.about.slugs import MOST, first_free
from app.events.models import Event, EventSeries, EventStatus
from app.events.queries import CARD_COLUMNS, SLUG, Card, Coming, coming_of
from app.organizations.models import Municipality, Organization

MOST_SHOWN = 200


def series_of(organizations: list[Organization]) -> list[EventSeries]:
    """The series of these organizations, by title."""
    ids = [one.id for one in organizations]
    query = sa.select(EventSeries).where(EventSeries.organization_id.in_(ids))
    return list(db.session.scalars(query.order_by(EventSeries.title, EventSeries.id)))


def series_by_slug(wanted: str) -> EventSeries | None:
    if not SLUG.fullmatch(wanted):
        return None
    return db.session.scalar(sa.select(EventSeries).where(EventSeries.slug == wanted))


def begin_series(organization: Organization, title: str) -> EventSeries:
    """The organization's series of this title: a new one, unless there is one already."""
    same = sa.select(EventSeries).where(
        EventSeries.organization_id == organization.id, EventSeries.title == title
    )
    if found := db.session.scalar(same.limit(1)):
        return found
    free = first_free(EventSeries.slug, slug(title, MOST) or "series")
    series = EventSeries(organization=organization, title=title, summary="", slug=free)
    db.session.add(series)
    db.session.flush()
    return series


def rename(series: EventSeries, *, title: str, summary: str) -> None:
    """Its address stays: it has been sent around."""
    series.title, series.summary = title, summary
    db.session.flush()


def cards_of(series: EventSeries) -> tuple[list[Card], list[Card]]:
    """Its public events: those to come, the nearest first; those that are over, the latest
    first."""
    query = (
        sa.select(*CARD_COLUMNS)
        .join_from(Event, Organization, Event.organization_id == Organization.id)
        .outerjoin(Municipality, Event.municipality_id == Municipality.id)
        .where(
            Event.series_id == series.id,
            Event.status.in_([EventStatus.PUBLISHED, EventStatus.CANCELLED]),
            Event.starts_at.is_not(None),
            sa.or_(Organization.is_approved, Event.ends_at <= clock.now()),
        )
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(MOST_SHOWN)
    )
    rows = db.session.execute(query).all()
    coming = coming_of([row.id for row in rows])
    cards = [
        Card._make([*columns, tuple(audience), coming.get(columns[0], Coming())])
        for *columns, audience in rows
    ]
    past = [card for card in cards if card.signup == "over"]
    return [card for card in reversed(cards) if card not in past], past
