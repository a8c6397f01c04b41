"""What organizers see of consents: «есть», «нет» or «ждём» for each participant, no more."""

import enum
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.people.models import ConsentKind, Person
from app.people.queries import consents_of
from app.registrations.models import LIVE, ConsentRequest, Registration


class State(enum.StrEnum):
    YES = "yes"
    NO = "no"
    WAITING = "waiting"  # a guardian was asked and has not answered


class States(NamedTuple):
    personal_data: State
    photo: State


def consent_states(registrations: Collection[Registration]) -> dict[int, States]:
    """By the registration's id, in two queries."""
    agreed = consents_of({one.person_id: one.person for one in registrations}.values())
    asked = waiting_for_an_answer(registrations)
    return {
        one.id: States(
            *(state(kind in agreed[one.person_id], one.id in asked) for kind in ConsentKind)
        )
        for one in registrations
    }


def state(has_agreed: bool, was_asked: bool) -> State:
    if has_agreed:
        return State.YES
    return State.WAITING if was_asked else State.NO


def waiting_for_an_answer(registrations: Collection[Registration]) -> set[int]:
    """The ids of those about whom a letter to a guardian is open."""
    query = sa.select(ConsentRequest.registration_id).where(
        ConsentRequest.registration_id.in_([one.id for one in registrations]),
        ConsentRequest.answered_at.is_(None),
        ConsentRequest.expires_at > clock.now(),
    )
    return set(db.session.scalars(query)) if registrations else set()


def guardians_are_asked(people: Collection[Person]) -> set[int]:
    """The ids of those persons about whom a letter to a guardian is open."""
    query = (
        sa.select(Registration.person_id)
        .join(ConsentRequest, ConsentRequest.registration_id == Registration.id)
        .where(
            Registration.person_id.in_([one.id for one in people]),
            Registration.status.in_(LIVE),
            ConsentRequest.answered_at.is_(None),
            ConsentRequest.expires_at > clock.now(),
        )
    )
    return set(db.session.scalars(query)) if people else set()
