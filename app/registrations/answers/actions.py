"""Answers to the organizer's questions: kept with the registration, changed by its holder."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.questions.queries import all_questions_of, questions_of
from app.registrations.models import Registration
from app.registrations.seats import seats


def still_known(event: Event, answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """The answers to questions that the event has: one may have been deleted while the form
    was filled in, and its number is another question's one day."""
    if not answers:
        return {}
    known = {str(one.id) for one in all_questions_of(event)}
    return {id_: answer for id_, answer in answers.items() if id_ in known}


def may_change(registration: Registration) -> bool:
    """While sign-up is open: afterwards the organizer has counted already. Pupils who come
    with their class are not asked."""
    return (
        registration.event.has_questions
        and registration.is_live
        and registration.group_id is None
        and registration.slot.signup_is_open
    )


def change(registration: Registration, answers: Mapping[str, Any]) -> None:
    """Answer the questions anew. What was said to a question that is not asked any more
    stays. Raises RuleBroken."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "answers", "group_id"])
    if not may_change(registration):
        raise RuleBroken(
            _("Sign-up has closed, so the answers stay as they are. Write to the organizer.")
        )
    asked = {str(one.id) for one in questions_of(registration.event)}
    kept = {id_: said for id_, said in (registration.answers or {}).items() if id_ not in asked}
    new = {id_: said for id_, said in answers.items() if id_ in asked}
    registration.answers = {**kept, **new}
    db.session.flush()
