"""Keeping what a school types about a trip, so that nobody types it twice."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.base import clock
from app.base.db import db, insert_row_unless_there
from app.papers.trips.models import TripNotes
from app.registrations.models import Group


def notes_of(group: Group) -> TripNotes | None:
    return db.session.scalar(sa.select(TripNotes).filter_by(group_id=group.id))


def keep(group: Group, typed: Mapping[str, str]) -> None:
    """Instead of what was typed before. ``typed``: texts by the names of the fields."""
    told = {
        "typed": dict(typed),
        "adults": group.companions,
        "begins": group.slot.starts_at,
        "kept_at": clock.now(),
    }
    new = {"group_id": group.id, **told}
    if not insert_row_unless_there(TripNotes, new, unique=[TripNotes.group_id]):
        db.session.execute(sa.update(TripNotes).filter_by(group_id=group.id).values(told))
