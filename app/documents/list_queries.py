"""Reading what stands on a list: rows of columns, no objects of a thousand people."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.attendance.models import Attendance, Presence
from app.db import db
from app.documents.list_choices import Choice, Order, Pages, Whom
from app.documents.models import Certificate
from app.events.models import Event, Slot
from app.events.question_models import Question
from app.events.question_queries import all_questions_of, questions_by_id
from app.organizations.models import Organization
from app.people.models import (
    LAST_GRADE,
    Category,
    Consent,
    ConsentKind,
    ConsentText,
    Person,
    grade_now,
    is_minor,
)
from app.people.queries import LAWFUL_FOR_MINORS
from app.registrations.consent_states import State, state
from app.registrations.models import LIVE, SEATED, ConsentRequest, Group, Registration, Status
from app.text import sort_key


class Participant(NamedTuple):
    id: int
    person_id: int
    slot_id: int
    group_id: int | None
    status: Status
    seats: int
    presence: Presence | None
    school_id: int | None
    school: str
    category: Category
    birth_date: date | None
    birth_year: int | None
    phone: str
    email: str
    answers: Mapping[str, Any]
    first_year: int | None
    class_title: str
    name: str

    @property
    def companions(self) -> int:
        return self.seats - 1

    @property
    def year_of_birth(self) -> int | None:
        return self.birth_date.year if self.birth_date else self.birth_year


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


def participants(choice: Choice, *, with_answers: bool) -> list[Participant]:
    """In Russian alphabetical order, slot by slot where these are pages of their own."""
    query = (
        sa.select(
            Registration.id,
            Registration.person_id,
            Registration.slot_id,
            Registration.group_id,
            Registration.status,
            Registration.seats,
            Attendance.presence,
            Person.school_id,
            sa.func.coalesce(Organization.short_name, Person.school_name),
            Person.category,
            Person.birth_date,
            Person.birth_year,
            first_of(Registration.phone, Person.phone),
            first_of(Registration.email, Person.email),
            Registration.answers if with_answers else sa.null(),
            Person.first_year,
            Person.class_letter,
            Person.last_name,
            Person.first_name,
            Person.patronymic,
            Person.anonymized_at,
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Slot, Slot.id == Registration.slot_id)
        .outerjoin(Organization, Organization.id == Person.school_id)
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.slot_id.in_(choice.slots), *conditions(choice))
        .order_by(*order(choice))
    )
    title, erased = class_titles(), _("Erased")
    return [
        Participant._make(
            (
                *known,
                answers or {},
                first_year,
                title(first_year, letter),
                erased if gone else " ".join(filter(None, names)),
            )
        )
        for *known, answers, first_year, letter, last, first, patronymic, gone in (
            db.session.execute(query)
        )
        for names in ((last, first, patronymic),)
    ]


def first_of(own: Any, persons: Any) -> sa.ColumnElement[str]:
    """What was given for this event, else what the person has."""
    return sa.func.coalesce(sa.func.nullif(own, ""), persons)


def conditions(choice: Choice) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if choice.whom is Whom.CAME:
        wanted += [Registration.status == Status.CONFIRMED, Attendance.presence == Presence.PRESENT]
    else:
        wanted.append(Registration.status.in_(LIVE if choice.whom is Whom.LIVE else SEATED))
    kind, value = choice.only[:1], choice.only[1:]
    if kind == "g":
        wanted.append(Registration.group_id == int(value))
    elif kind == "s":
        wanted.append(Person.school_id == int(value))
    elif kind == "~":
        wanted += [Person.school_id.is_(None), Person.school_name == value]
    if choice.pages is Pages.GROUP and not choice.takes_single_people:
        wanted.append(Registration.group_id.is_not(None))
    return wanted


def order(choice: Choice) -> list[Any]:
    slots = [Slot.starts_at, Slot.id] if choice.pages is Pages.SLOT else []
    if choice.order is Order.SIGNED_UP:
        return [*slots, Registration.signed_up_at, Registration.id]
    return [*slots, Person.sort_key, Registration.id]


def in_order(people: list[Participant], order: Order) -> list[Participant]:
    """Put by class or by school those who stand by name already."""
    if order is Order.CLASS:
        return sorted(
            people,
            key=lambda one: (-one.first_year if one.first_year else 0, one.class_title),
        )
    if order is Order.SCHOOL:
        keys = {school: (not school, sort_key(school)) for school in {one.school for one in people}}
        return sorted(people, key=lambda one: keys[one.school])
    return people


def class_titles() -> Callable[[int | None, str], str]:
    """«9А» for the year of grade 1 and the letter, reckoned once for each year."""
    grades: dict[int, str] = {}

    def title(first_year: int | None, letter: str) -> str:
        if first_year is None:
            return ""
        if first_year not in grades:
            grade = grade_now(first_year) or 0
            grades[first_year] = str(grade) if 1 <= grade <= LAST_GRADE else ""
        return grades[first_year] and f"{grades[first_year]}{letter}"

    return title


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
