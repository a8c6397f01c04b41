"""Addresses of events: readable, and never two the same."""

import re

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from app.base.db import db
from app.base.words.text import slug
from app.events.models import Event

MOST = 80  # leaves room for the number in Event.slug
TRIES = 5


def free_slug(title: str, *, now: str = "") -> str:
    """The title in Latin letters, with a number added when other events are called so.

    The address an event has ``now`` is kept while it suits the title.
    """
    wanted = slug(title, MOST) or "event"
    if re.fullmatch(rf"{wanted}(-\d+)?", now):
        return now
    return first_free(Event.slug, wanted)


def first_free(column: InstrumentedAttribute[str], wanted: str) -> str:
    """The address itself where nothing of its kind has it, else the first number after it."""
    query = sa.select(column).where(
        sa.or_(column == wanted, column.startswith(f"{wanted}-", autoescape=True))
    )
    taken = set(db.session.scalars(query))
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def save_with_free_slug(event: Event) -> None:
    """Add the event, or bring its address up to date. Two who choose the same at the same
    moment get different ones: the database refuses the second, who then tries the next."""
    for attempt in range(1, TRIES + 1):
        chosen = free_slug(event.title, now=event.slug or "")
        try:
            with db.session.begin_nested():
                event.slug = chosen
                db.session.add(event)
            return
        except IntegrityError:
            if attempt == TRIES:
                raise
