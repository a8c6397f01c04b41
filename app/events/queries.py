"""Reading events."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.db import db
from app.events.models import Event


def event_by_slug(slug: str) -> Event | None:
    """With its organization, municipality, measure and slots."""
    query = (
        sa.select(Event)
        .where(Event.slug == slug)
        .options(
            joinedload(Event.organization),
            joinedload(Event.municipality),
            joinedload(Event.measure),
            selectinload(Event.slots),
        )
    )
    return db.session.scalar(query)
