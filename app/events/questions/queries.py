"""Reading the questions of an event, in the order of the form."""

from collections.abc import Collection

import sqlalchemy as sa

from app.base.db import db
from app.events.models import Event
from app.events.questions.models import Question

IN_ORDER = (Question.is_retired, Question.position, Question.id)


def questions_of(event: Event) -> list[Question]:
    """Those that are asked. Events without any are not looked up."""
    everything = all_questions_of(event) if event.has_questions else []
    return [one for one in everything if not one.is_retired]


def all_questions_of(event: Event) -> list[Question]:
    """The form's, and after them those that were taken off it."""
    query = sa.select(Question).where(Question.event_id == event.id).order_by(*IN_ORDER)
    # Whoever waited for the event to change it sees what it has become meanwhile.
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def questions_by_id(ids: Collection[int]) -> dict[int, Question]:
    """Of any event."""
    if not ids:
        return {}
    query = sa.select(Question).where(Question.id.in_(ids)).order_by(*IN_ORDER)
    return {one.id: one for one in db.session.scalars(query)}
