"""Reading registrations."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, joinedload

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.events.catalogue.counts import coming_of_it
from app.events.models import Event, EventStatus, Slot
from app.events.timetable.queries import take_place_at_once
from app.organizations.models import Organization
from app.people.models import Guardianship, Person
from app.registrations.models import LIVE, SEATED, Group, Registration, Status

# Written once: they are asked at each sign-up and for each ticket.
BY_CODE = (
    sa.select(Registration)
    .where(Registration.code == sa.bindparam("code"))
    .options(
        joinedload(Registration.slot, innerjoin=True),
        joinedload(Registration.event, innerjoin=True)
        .options(defer(Event.description), defer(Event.programme), defer(Event.search_text))
        .joinedload(Event.organization, innerjoin=True)
        .options(defer(Organization.about), defer(Organization.search_text)),
        joinedload(Registration.person, innerjoin=True),
    )
)
# Those who wait, the first first: as the lots were drawn, then as they came.
RANK = sa.func.coalesce(Registration.draw_rank, 2**31 - 1)
IN_LINE = (RANK, Registration.signed_up_at, Registration.id)
BESIDE_ANYBODY = (
    sa.select(Registration)
    .join(Registration.person)
    .join(Registration.slot)
    .join(Slot.event)
    .options(
        contains_eager(Registration.person).load_only(Person.user_id, Person.identity),
        contains_eager(Registration.slot)
        .load_only(Slot.event_id, Slot.starts_at, Slot.ends_at, Slot.meeting_count)
        .contains_eager(Slot.event)
        .load_only(Event.title),
    )
    .where(
        sa.or_(
            Registration.event_id == sa.bindparam("event"),
            sa.and_(
                Registration.status.in_(LIVE),
                Slot.starts_at < sa.bindparam("ends"),
                Slot.ends_at > sa.bindparam("begins"),
                Slot.called_off_at.is_(None),
                Event.status == EventStatus.PUBLISHED,
            ),
        ),
    )
    .order_by(Registration.id)
)
BESIDE = BESIDE_ANYBODY.where(Person.identity == sa.bindparam("identity"))
BESIDE_MANY = BESIDE_ANYBODY.where(Person.identity.in_(sa.bindparam("identities", expanding=True)))


def registration_by_code(code: str) -> Registration | None:
    """With its slot, event, organization and person, in one query."""
    return db.session.scalar(BY_CODE, {"code": code.strip().upper()})


def beside(slot: Slot, identity: str) -> list[Registration]:
    """What the person with this name and birth date has that bears on this slot, in one
    query: all their registrations in the event, cancelled ones too, and the live ones
    elsewhere at the same time. With slots, events and persons."""
    found = db.session.scalars(BESIDE, {"identity": identity, **at(slot)})
    return [one for one in found if bears_on(one, slot)]


def beside_many(slot: Slot, identities: Collection[str]) -> dict[str, list[Registration]]:
    """The same for many persons, by identity: one query for a whole class."""
    found: dict[str, list[Registration]] = {identity: [] for identity in identities}
    asked = {"identities": list(found), **at(slot)}
    for registration in db.session.scalars(BESIDE_MANY, asked) if found else ():
        if bears_on(registration, slot):
            found[registration.person.identity].append(registration)
    return found


def bears_on(registration: Registration, slot: Slot) -> bool:
    """Courses leave the days between their meetings free for something else."""
    return is_same_place(registration, slot) or take_place_at_once(registration.slot, slot)


def is_same_place(registration: Registration, slot: Slot) -> bool:
    """Whether signing up for this slot would be the same again: in the event or, where one
    person may book several slots, in this very one."""
    if registration.event_id != slot.event_id:
        return False
    return not slot.event.books_several or registration.slot_id == slot.id


def at(slot: Slot) -> dict[str, Any]:
    return {"event": slot.event_id, "begins": slot.starts_at, "ends": slot.ends_at}


def first_in_line(slot: Slot) -> Registration | None:
    query = (
        sa.select(Registration)
        .filter_by(slot_id=slot.id, status=Status.WAITLISTED)
        .order_by(*IN_LINE)
        .options(joinedload(Registration.person))
    )
    return db.session.scalar(query.limit(1))


def waiting_in(slot: Slot) -> list[Registration]:
    """Everybody who waits for the slot, the first first."""
    query = (
        sa.select(Registration)
        .filter_by(slot_id=slot.id, status=Status.WAITLISTED)
        .order_by(*IN_LINE)
        .options(joinedload(Registration.person), joinedload(Registration.group))
    )
    return list(db.session.scalars(query))


def applications_of(event: Event) -> list[Registration]:
    """Those that wait for a decision or a draw, in the order in which they came."""
    query = (
        sa.select(Registration)
        .filter_by(event_id=event.id, status=Status.APPLIED)
        .order_by(Registration.signed_up_at, Registration.id)
        .options(
            joinedload(Registration.person).joinedload(Person.school),
            joinedload(Registration.slot),
            joinedload(Registration.group),
        )
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def place_in_line(registration: Registration) -> int | None:
    """1 for the first who waits; None for those who do not wait."""
    if not registration.is_waitlisted:
        return None
    rank = sa.literal(registration.draw_rank or 2**31 - 1)
    came = registration.signed_up_at
    before = sa.or_(
        rank > RANK,
        sa.and_(rank == RANK, Registration.signed_up_at < came),
        sa.and_(
            rank == RANK, Registration.signed_up_at == came, Registration.id <= registration.id
        ),
    )
    query = sa.select(sa.func.count()).where(
        Registration.slot_id == registration.slot_id,
        Registration.status == Status.WAITLISTED,
        before,
    )
    return db.session.scalar(query)


def live_registrations(event: Event) -> list[Registration]:
    """Everybody signed up, seats and waitlist, in the order of signing up."""
    query = (
        sa.select(Registration)
        .where(Registration.event_id == event.id, Registration.status.in_(LIVE))
        .options(joinedload(Registration.person), joinedload(Registration.slot))
        .order_by(Registration.signed_up_at, Registration.id)
    )
    return list(db.session.scalars(query))


def live_count(event: Event) -> int:
    query = sa.select(sa.func.count()).where(
        Registration.event_id == event.id, Registration.status.in_(LIVE)
    )
    return db.session.scalar(query) or 0


def people_to_come_to(organization: Organization) -> int:
    """How many people are signed up for what it holds from now on."""
    query = (
        sa.select(sa.func.count(sa.distinct(Registration.person_id)))
        .join(Registration.event)
        .where(*coming_of_it(organization), Registration.status.in_(LIVE))
    )
    return db.session.scalar(query) or 0


def children_ids(user: User) -> sa.Select[Any]:
    return sa.select(Guardianship.child_id).where(Guardianship.user_id == user.id)


def registrations_of(user: User) -> list[Registration]:
    """The account's own, its children's, and those made with its confirmed address, soonest
    first."""
    mine = [Person.user_id == user.id, Person.id.in_(children_ids(user))]
    if user.email_confirmed_at:
        mine.append(sa.func.lower(Registration.email) == user.email)
    query = (
        sa.select(Registration)
        .join(Registration.person)
        .join(Registration.slot)
        .where(sa.or_(*mine))
        .options(
            contains_eager(Registration.person),
            contains_eager(Registration.slot),
            joinedload(Registration.event).joinedload(Event.organization),
        )
        .order_by(Slot.starts_at, Registration.id)
    )
    return list(db.session.scalars(query))


def seated_in(group: Group) -> int:
    """How many pupils of the group hold a seat."""
    query = sa.select(sa.func.count()).where(
        Registration.group_id == group.id, Registration.status.in_(SEATED)
    )
    return db.session.scalar(query) or 0


def coming_of(person: Person) -> list[Registration]:
    """The person's live registrations for what has not begun yet, by slot."""
    query = (
        sa.select(Registration)
        .join(Registration.slot)
        .where(
            Registration.person_id == person.id,
            Registration.status.in_(LIVE),
            Slot.starts_at > clock.now(),
        )
        .options(
            contains_eager(Registration.slot),
            joinedload(Registration.event).joinedload(Event.organization),
            joinedload(Registration.person),
        )
        .order_by(Registration.slot_id, Registration.id)
    )
    return list(db.session.scalars(query))


def other_slots(registration: Registration) -> list[Slot]:
    """Slots of the same event that still have room and have not begun."""
    query = (
        sa.select(Slot)
        .where(
            Slot.event_id == registration.event_id,
            Slot.id != registration.slot_id,
            Slot.starts_at > clock.now(),
            Slot.called_off_at.is_(None),
            Slot.seats_taken + registration.seats <= Slot.capacity,
        )
        .order_by(Slot.starts_at, Slot.id)
    )
    return list(db.session.scalars(query))
