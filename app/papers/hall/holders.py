"""Who gets a badge: the people of an event, by what they do at it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.words.text import clean, sort_key
from app.events.models import Event, Slot
from app.events.staff.models import EventStaff, StaffRole
from app.organizations.models import Membership, Organization, Role
from app.organizations.queries import memberships_in
from app.papers.hall.badges import ROLES, Badge, in_order, named
from app.people.models import Person
from app.registrations.desk.queries import SHEET_ORDER
from app.registrations.models import SEATED, Group, Registration
from app.web.filters import day, time

AT_EVENT = {StaffRole.ORGANIZER: ROLES["organizer"], StaffRole.DOOR: ROLES["volunteer"]}
IN_ORGANIZATION = {
    Role.ADMIN: ROLES["organizer"],
    Role.ORGANIZER: ROLES["organizer"],
    Role.DOOR: ROLES["volunteer"],
    Role.EXPERT: ROLES["expert"],
}


@dataclass
class Found:
    """The badges of some people, in order, and how many have no name that could be printed."""

    badges: list[Badge] = field(default_factory=list)
    nameless: int = 0


def participants(event: Event, slots: Collection[Slot]) -> Found:
    """Who holds a seat: those of the attendance lists. One badge for each registration, as the
    door marks registrations; with its time where the event has several."""
    with_time = len(event.slots_held) > 1
    with force_locale("ru"):  # the time is printed
        times = {slot.id: time_of(slot) if with_time else "" for slot in slots}
    found = Found()
    for one in seated(slots):
        if one.person.anonymized_at:
            found.nameless += 1
        else:
            found.badges.append(badge_of(one, times[one.slot_id]))
    return Found(in_order(found.badges), found.nameless)


def seated(slots: Collection[Slot]) -> Iterator[Registration]:
    """Who holds a seat, with person and school."""
    query = (
        sa.select(Registration)
        .join(Registration.person)
        .where(
            Registration.slot_id.in_([slot.id for slot in slots]), Registration.status.in_(SEATED)
        )
        .options(contains_eager(Registration.person).joinedload(Person.school))
        .order_by(*SHEET_ORDER)
    )
    yield from db.session.scalars(query)


def participants_count(slots: Collection[Slot]) -> int:
    query = sa.select(sa.func.count()).where(
        Registration.slot_id.in_([slot.id for slot in slots]), Registration.status.in_(SEATED)
    )
    return db.session.scalar(query) or 0


def badge_of(registration: Registration, time: str) -> Badge:
    person = registration.person
    school = ", ".join(filter(None, (person.school_title, person.class_title)))
    return Badge(
        ROLES["participant"], person.last_name, person.first_name, person.patronymic,
        "\n".join(filter(None, (school, time))), registration.code,
    )  # fmt: skip


def time_of(slot: Slot) -> str:
    """«24 ноября, 15:00 · Первый поток»."""
    when = f"{day(slot.starts_at, 'short')}, {time(slot.starts_at)}"
    return " · ".join(filter(None, (when, slot.title)))


def companions(slots: Collection[Slot]) -> Found:
    """The adults of the classes that have seats in these slots."""
    query = (
        sa.select(Group)
        .where(Group.slot_id.in_([slot.id for slot in slots]), Group.companion_seats > 0)
        .options(joinedload(Group.school))
        .order_by(Group.id)
    )
    found = Found()
    for group in db.session.scalars(query):
        for one in group.companions:
            if name := clean(one.get("name")):
                found.badges.append(named(ROLES["companion"], name, group.full_title))
            else:
                found.nameless += 1
    return Found(in_order(found.badges), found.nameless)


def helpers(event: Event) -> Found:
    """Colleagues and the people of the door, who were added to this event. An address whose
    account was never opened has no name."""
    query = (
        sa.select(EventStaff)
        .where(
            EventStaff.event_id == event.id,
            sa.or_(EventStaff.expires_at.is_(None), EventStaff.expires_at > clock.now()),
        )
        .order_by(EventStaff.id)
    )
    staff = list(db.session.scalars(query))
    users = users_of(staff)
    places = organizations_of([user for user in users.values() if user])
    found = Found()
    for one in staff:
        user = users[one.id]
        if user is None or not user.name:
            found.nameless += 1
        else:
            place = places.get(user.id, event.organization.short_name)
            found.badges.append(named(AT_EVENT[one.role], user.name, place))
    return Found(in_order(found.badges), found.nameless)


def users_of(staff: Sequence[EventStaff]) -> dict[int, User | None]:
    """By the id of the role: its account, found by the address where it is not linked yet."""
    addresses = [one.email for one in staff if one.user_id is None and one.email]
    query = sa.select(User).where(
        sa.or_(
            User.id.in_([one.user_id for one in staff if one.user_id is not None]),
            sa.and_(User.email.in_(addresses), User.email_confirmed_at.is_not(None)),
        )
    )
    users = list(db.session.scalars(query)) if staff else []
    by_id = {user.id: user for user in users}
    by_email = {user.email: user for user in users if user.email}
    return {
        one.id: by_id.get(one.user_id) if one.user_id is not None else by_email.get(one.email)
        for one in staff
    }


def organizations_of(users: Sequence[User]) -> dict[int, str]:
    """The organization for which each acts, by the user's id; of several the first."""
    query = (
        sa.select(Membership)
        .join(Membership.organization)
        .where(
            Membership.user_id.in_([user.id for user in users]),
            Organization.is_approved,
        )
        .options(contains_eager(Membership.organization))
        .order_by(Membership.id)
    )
    found: dict[int, str] = {}
    for one in db.session.scalars(query) if users else ():
        found.setdefault(one.user_id, one.organization.short_name)
    return found


def members(event: Event) -> Found:
    """Who acts for the organization of the event: each once, in the first of their roles."""
    place = event.organization.short_name
    roles: dict[User, list[Role]] = defaultdict(list)
    for one in memberships_in(event.organization):
        if one.role in IN_ORGANIZATION:
            roles[one.user].append(one.role)
    order = list(IN_ORGANIZATION)
    found = Found()
    for user, held in sorted(roles.items(), key=lambda one: sort_key(one[0].display_name)):
        if user.name:
            role = IN_ORGANIZATION[min(held, key=order.index)]
            found.badges.append(named(role, user.name, place))
        else:
            found.nameless += 1
    return Found(in_order(found.badges), found.nameless)
