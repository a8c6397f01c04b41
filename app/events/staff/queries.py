"""Reading who helps with an event, and with which events somebody helps."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.accounts.queries import hashed
from app.base import clock
from app.base.db import db
from app.events.models import Event, EventStatus
from app.events.staff.models import DoorLink, EventStaff, StaffRole
from app.organizations.models import Organization


@dataclass(frozen=True)
class Remit:
    """The events that somebody answers for: all of some organizations, and single ones; of
    organizations that are not approved only the drafts."""

    organizations: frozenset[int] = frozenset()
    events: frozenset[int] = frozenset()
    drafts_of: frozenset[int] = frozenset()  # organizations too

    def __bool__(self) -> bool:
        return bool(self.organizations or self.events or self.drafts_of)

    @property
    def holds(self) -> sa.ColumnElement[bool]:
        """The condition on Event."""
        conditions: list[sa.ColumnElement[bool]] = [
            Event.organization_id.in_(sorted(self.organizations)),
            Event.id.in_(sorted(self.events)),
        ]
        if self.drafts_of:
            drafts = Event.organization_id.in_(sorted(self.drafts_of))
            conditions.append(sa.and_(drafts, Event.status == EventStatus.DRAFT))
        return sa.or_(*conditions)


def roles_of(user: User, *, of_halted: bool = False) -> dict[int, StaffRole]:
    """The user's role at single events, by the event's id: one query. A role given to an
    address belongs to whoever has confirmed that it is theirs; nobody helps an organization
    that may not act itself. ``of_halted``: whom they helped, were it not halted."""
    is_theirs = EventStaff.user_id == user.id
    if user.email and user.email_confirmed_at:
        unclaimed = sa.and_(EventStaff.user_id.is_(None), EventStaff.email == user.email)
        is_theirs = sa.or_(is_theirs, unclaimed)
    query = (
        sa.select(EventStaff.event_id, EventStaff.role)
        .join(Event, Event.id == EventStaff.event_id)
        .join(Event.organization)
        .where(
            is_theirs,
            sa.or_(EventStaff.expires_at.is_(None), EventStaff.expires_at > clock.now()),
            sa.true() if of_halted else Organization.is_approved,
        )
    )
    roles: dict[int, StaffRole] = dict(db.session.execute(query).all())
    return roles


def colleagues_at(event: Event) -> list[EventStaff]:
    """Those added by their address, in the order in which they were."""
    query = (
        sa.select(EventStaff)
        .where(EventStaff.event_id == event.id, EventStaff.email != "")
        .options(joinedload(EventStaff.added_by))
        .order_by(EventStaff.id)
    )
    return list(db.session.scalars(query))


def staff_in(event: Event, staff_id: int) -> EventStaff | None:
    return db.session.scalar(sa.select(EventStaff).filter_by(event_id=event.id, id=staff_id))


def door_links_of(event: Event) -> dict[DoorLink, list[EventStaff]]:
    """Its links that work or will work, the next day first, each with those who came in."""
    query = (
        sa.select(DoorLink)
        .where(
            DoorLink.event_id == event.id,
            DoorLink.revoked_at.is_(None),
            DoorLink.expires_at > clock.now(),
        )
        .order_by(DoorLink.valid_on, DoorLink.id)
    )
    links: dict[DoorLink, list[EventStaff]] = {link: [] for link in db.session.scalars(query)}
    people = (
        sa.select(EventStaff)
        .where(EventStaff.door_link_id.in_([link.id for link in links]))
        .options(joinedload(EventStaff.user), joinedload(EventStaff.door_link))
        .order_by(EventStaff.id)
    )
    for person in db.session.scalars(people) if links else ():
        if person.door_link:
            links[person.door_link].append(person)
    return links


def door_link_in(event: Event, link_id: int) -> DoorLink | None:
    return db.session.scalar(sa.select(DoorLink).filter_by(event_id=event.id, id=link_id))


def door_link_by_token(token: str) -> DoorLink | None:
    query = (
        sa.select(DoorLink)
        .where(DoorLink.token_hash == hashed(token))
        .options(joinedload(DoorLink.event).joinedload(Event.organization))
    )
    return db.session.scalar(query)
