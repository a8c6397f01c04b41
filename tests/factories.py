"""Saved objects with sensible defaults; a test names only what it is about."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.words.text import searchable, sort_key
from app.events.meetings.actions import follow
from app.events.models import Event, EventStatus, Format, Slot
from app.events.questions import actions as questions
from app.events.questions.actions import Wording
from app.events.questions.models import Question, QuestionKind
from app.events.timetable.models import Meeting
from app.organizations.models import (
    Membership,
    Municipality,
    Organization,
    OrganizationKind,
    Role,
)
from app.people.actions import Details, described
from app.people.classes.actions import put_in_class
from app.people.consents.actions import agree
from app.people.models import (
    Category,
    ConsentChannel,
    ConsentKind,
    Guardianship,
    Person,
    SchoolClass,
)
from app.registrations.models import Channel, Registration
from app.registrations.signing_up import actions as registrations

_number = count(1)
T = TypeVar("T")


def make_user(name: str = "Анна Ивановна", **given: Any) -> User:
    return _saved(User(**{"name": name, "email": f"user{next(_number)}@example.org", **given}))


def make_municipality(**given: Any) -> Municipality:
    number = next(_number)
    defaults = {
        "oktmo": f"85{number:06}",
        "name": "Лаганский муниципальный район",
        "short_name": "Лаганский район",
        "centre": "г. Лагань",
        "settlements": ["г Лагань"],
    }
    return _saved(Municipality(**{**defaults, **given}))


def make_organization(
    kind: OrganizationKind = OrganizationKind.COLLEGE, *, approved: bool = True, **given: Any
) -> Organization:
    number = next(_number)
    defaults: dict[str, Any] = {
        "name": f"Политехнический колледж № {number}",
        "short_name": f"Колледж № {number}",
        "slug": f"college-{number}",
        "approved_at": clock.now() if approved else None,
        "signatory_name": "О. Б. Манджиева",
        "signatory_post": "Директор",
    }
    organization = Organization(kind=kind, **{**defaults, **given})
    organization.search_text = searchable(organization.name, organization.short_name)
    organization.sort_key = sort_key(organization.short_name)
    return _saved(organization)


def make_school(name: str = "СОШ № 18", **given: Any) -> Organization:
    number = next(_number)
    return make_organization(
        OrganizationKind.SCHOOL,
        name=f"{name} ({number})",
        short_name=name,
        slug=f"school-{number}",
        **given,
    )


def make_member(organization: Organization, role: Role = Role.ORGANIZER) -> User:
    user = make_user()
    _saved(Membership(user_id=user.id, organization_id=organization.id, role=role))
    return user


def make_ministry_admin() -> User:
    return make_member(make_organization(OrganizationKind.MINISTRY), Role.ADMIN)


def in_days(days: float, hour: int = 12) -> datetime:
    """A stored moment at this UTC hour, so many days from the region's today (which begins
    three hours before the UTC day does)."""
    return datetime.combine(clock.today(), time(hour)) + timedelta(days=days)


def make_event(
    *,
    organization: Organization | None = None,
    capacity: int = 10,
    slots: int = 1,
    in_days_: float = 7,
    status: EventStatus = EventStatus.PUBLISHED,
    **given: Any,
) -> Event:
    """A published open day in a week, with so many slots of an hour, two hours apart."""
    number = next(_number)
    organization = organization or make_organization()
    defaults: dict[str, Any] = {
        "kind_code": "open_day",
        "title": f"День открытых дверей {number}",
        "slug": f"den-otkrytyh-dverej-{number}",
        "venue": "ул. Ленина, 1",
        "format": Format.IN_PERSON,
        "published_at": clock.now(),
        "audience": [],
    }
    event = Event(organization_id=organization.id, status=status, **{**defaults, **given})
    event.search_text = searchable(event.title, event.summary, event.venue, organization.name)
    _saved(event)
    for place in range(slots):
        starts_at = in_days(in_days_) + timedelta(hours=2 * place)
        make_slot(event, starts_at=starts_at, capacity=capacity)
    db.session.refresh(event)
    return event


def make_slot(
    event: Event,
    *,
    starts_at: datetime | None = None,
    hours: float = 1,
    capacity: int = 10,
    **given: Any,
) -> Slot:
    starts_at = starts_at or in_days(7)
    ends_at = starts_at + timedelta(hours=hours)
    slot = _saved(
        Slot(event_id=event.id, starts_at=starts_at, ends_at=ends_at, capacity=capacity, **given)
    )
    event.starts_at = min(filter(None, (event.starts_at, starts_at)))
    event.ends_at = max(filter(None, (event.ends_at, ends_at)))
    db.session.flush()
    return slot


def make_question(
    event: Event, label: str = "Размер футболки", kind: QuestionKind | str = "text", **given: Any
) -> Question:
    """Added through the real action; ``given``: of events.questions.Wording."""
    return questions.add(event, Wording(label, QuestionKind(kind), **given))


def make_meeting(slot: Slot, *, starts_at: datetime | None = None, hours: float = 1) -> Meeting:
    """By default where the slot is, an hour long; the slot follows its meetings."""
    starts_at = starts_at or slot.starts_at
    ends_at = starts_at + timedelta(hours=hours)
    meeting = _saved(Meeting(slot_id=slot.id, starts_at=starts_at, ends_at=ends_at))
    follow(slot)
    return meeting


def make_person(
    last_name: str = "Бадмаев",
    first_name: str = "Санджи",
    patronymic: str = "Эрдниевич",
    *,
    grade: int | None = 9,
    user: User | None = None,
    agreed: bool = True,
    **given: Any,
) -> Person:
    """A pupil of grade 9, or an adult with ``grade=None``; ``given``: of people.Details.
    ``agreed``: a guardian, or the adult, has agreed to the processing of the data."""
    number = next(_number)
    defaults: dict[str, Any] = {
        "birth_date": date(2010, 1, 1) + timedelta(days=number % 700),  # 15 or 16 years
        "category": Category.PUPIL if grade else Category.ADULT,
        "email": f"person{number}@example.org",
    }
    details = Details(last_name, first_name, patronymic, grade=grade, **{**defaults, **given})
    person = _saved(described(Person(user_id=user.id if user else None), details))
    if agreed:
        by = ConsentChannel.GUARDIAN_ACCOUNT if person.is_minor else ConsentChannel.OWN_ACCOUNT
        agree(person, ConsentKind.PERSONAL_DATA, channel=by)
        db.session.flush()
    return person


def make_class(
    school: Organization | None = None,
    grade: int = 9,
    letter: str = "А",
    *,
    teacher: User | None = None,
) -> SchoolClass:
    first_year = clock.school_year(clock.today()) - grade + 1
    return _saved(
        SchoolClass(
            school=school or make_school(), first_year=first_year, letter=letter, teacher=teacher
        )
    )


def make_pupil(class_: SchoolClass, last_name: str = "Бадмаев", **given: Any) -> Person:
    """A pupil whom the school keeps in this class; ``given`` as for make_person."""
    pupil = make_person(last_name, grade=class_.grade, class_letter=class_.letter, **given)
    put_in_class(pupil, class_)
    return _saved(pupil)


def make_guardianship(child: Person, user: User | None = None, **given: Any) -> Guardianship:
    return _saved(Guardianship(child=child, user=user, **given))


def make_registration(
    slot: Slot, person: Person | None = None, *, channel: Channel = Channel.GUEST, **given: Any
) -> Registration:
    """Signed up through the real action: confirmed, or waitlisted when the slot is full."""
    person = person or make_person()
    return registrations.sign_up(slot, person, channel=channel, **{"email": person.email, **given})


def _saved(thing: T) -> T:
    db.session.add(thing)
    db.session.flush()
    return thing
