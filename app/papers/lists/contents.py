"""Reading what a list says about its people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.certificates.issued.models import Certificate
from app.events.models import Event, Slot
from app.events.questions.models import Question
from app.events.questions.queries import all_questions_of, questions_by_id
from app.organizations.models import Organization
from app.papers.lists.choices import Choice
from app.papers.lists.people import Participant, in_order, participants
from app.people.models import Consent, ConsentKind, ConsentText, is_minor
from app.people.queries import LAWFUL_FOR_MINORS
from app.registrations.guardians.states import State, state
from app.registrations.models import ConsentRequest, Group, Registration


class GroupOnList(NamedTuple):
    """A class that signed up together: who accompanies it, and who is responsible for it."""

    id: int
    slot_id: int
    title: str  # «9А, СОШ № 18»
    school: str
    adults: tuple[str, ...]
    teacher: str


@dataclass(frozen=True)
class Found:
    """Who is on the list, in its order, and what is asked about them by the registration's id."""

    people: Sequence[Participant]
    groups: Mapping[int, GroupOnList]
    questions: Mapping[int, Question] = field(default_factory=dict)
    results: Mapping[int, str] = field(default_factory=dict)
    consents: Mapping[int, State] = field(default_factory=dict)

    def group_of(self, one: Participant) -> GroupOnList | None:
        return self.groups.get(one.group_id or 0)


def found(event: Event, choice: Choice, *, all_answers: bool = False) -> Found:
    """One query, and one for each of groups, questions, results and consents where the list
    says something about them: however many people there are. ``all_answers``: with every
    question that is asked, or was answered by somebody here."""
    people = participants(choice, with_answers=all_answers or bool(choice.questions))
    return Found(
        in_order(people, choice.order),
        groups_of({one.group_id for one in people if one.group_id}),
        asked_of(event, people) if all_answers else questions_by_id(choice.questions),
        results_of(event) if "result" in choice.columns else {},
        consents_of(people) if "consent" in choice.columns else {},
    )


def slots_of(event: Event, choice: Choice) -> list[Slot]:
    """Those on the list, in the order of time."""
    return list({slot.id: slot for slot in event.slots if slot.id in choice.slots}.values())


def asked_of(event: Event, people: Collection[Participant]) -> dict[int, Question]:
    """In the order of the form, those taken off it at the end. Where nothing was asked
    nothing is looked up."""
    answered = {int(id_) for one in people for id_ in one.answers}
    everything = all_questions_of(event) if answered or event.has_questions else []
    return {one.id: one for one in everything if one.id in answered or not one.is_retired}


def groups_of(ids: Collection[int]) -> dict[int, GroupOnList]:
    query = (
        sa.select(
            Group.id, Group.slot_id, Group.title, Organization.short_name, Group.companions,
            User.name,
        )
        .join(Organization, Organization.id == Group.school_id)
        .outerjoin(User, User.id == Group.made_by_id)
        .where(Group.id.in_(ids))
        .order_by(Group.id)
    )  # fmt: skip
    groups = {}
    for id_, slot_id, title, school, adults, made_by in db.session.execute(query) if ids else ():
        names = tuple(filter(None, (one.get("name", "") for one in adults or ())))
        teacher = made_by or next(iter(names), "")
        groups[id_] = GroupOnList(id_, slot_id, f"{title}, {school}", school, names, teacher)
    return groups


def titles_of_groups(event: Event) -> list[tuple[int, str]]:
    """For choosing one of them."""
    query = (
        sa.select(Group.id, Group.title, Organization.short_name)
        .join(Organization, Organization.id == Group.school_id)
        .where(Group.event_id == event.id)
        .order_by(Organization.sort_key, Group.title, Group.id)
    )
    return [(id_, f"{title}, {school}") for id_, title, school in db.session.execute(query)]


def full_names(ids: Collection[int]) -> dict[int, str]:
    """Of organizations, as official papers name them."""
    query = sa.select(Organization.id, Organization.name).where(Organization.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}


def results_of(event: Event) -> dict[int, str]:
    """What valid certificates say was achieved, by the registration's id."""
    query = (
        sa.select(Certificate.registration_id, Certificate.result)
        .where(
            Certificate.event_id == event.id,
            Certificate.revoked_at.is_(None),
            Certificate.result != "",
        )
        .order_by(Certificate.id)
    )
    return {id_: result for id_, result in db.session.execute(query) if id_}


def consents_of(people: Collection[Participant]) -> dict[int, State]:
    """Whether the processing of data was lawfully agreed to, by the registration's id."""
    slots = {one.slot_id for one in people}
    listed = Registration.slot_id.in_(slots)
    given = (
        sa.select(Consent.person_id, Consent.channel)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(
            Consent.person_id.in_(sa.select(Registration.person_id).where(listed)),
            Consent.withdrawn_at.is_(None),
            ConsentText.kind == ConsentKind.PERSONAL_DATA,
        )
    )
    asked = sa.select(ConsentRequest.registration_id).where(
        ConsentRequest.registration_id.in_(sa.select(Registration.id).where(listed)),
        ConsentRequest.answered_at.is_(None),
        ConsentRequest.expires_at > clock.now(),
    )
    anyhow: set[int] = set()
    lawful_for_minors: set[int] = set()
    for person_id, channel in db.session.execute(given):
        anyhow.add(person_id)
        if channel in LAWFUL_FOR_MINORS:
            lawful_for_minors.add(person_id)
    waiting = set(db.session.scalars(asked))
    minors = {
        one.person_id for one in people if is_minor(one.category, one.birth_date, one.birth_year)
    }
    return {
        one.id: state(
            one.person_id in (lawful_for_minors if one.person_id in minors else anyhow),
            one.id in waiting,
        )
        for one in people
    }
