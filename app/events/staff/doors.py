"""Links for the door: made for a day, opened with a PIN, closed at once or by the clock."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

import sqlalchemy as sa
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.accounts import devices, passwords
from app.accounts.models import User
from app.accounts.queries import hashed
from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.staff.models import DoorLink, EventStaff, StaffRole
from app.events.staff.queries import door_links_of

PIN_LENGTH = 6
FREE_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
MOST_LINKS = 20


class Made(NamedTuple):
    """The link with its two secrets, which are kept nowhere else."""

    link: DoorLink
    token: str
    pin: str


def default_day(event: Event) -> date:
    """The event's next day; today when it is over or has no time yet."""
    coming = [slot.starts_at for slot in event.slots if slot.ends_at > clock.now()]
    return max(clock.today(), clock.to_local(min(coming)).date()) if coming else clock.today()


def new_pin() -> str:
    return f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}}"


def make(
    event: Event, valid_on: date, *, pin: str, pin_hash: str, label: str = "", by: User | None
) -> Made:
    """A link for that day. ``pin_hash`` is made before the transaction: it is slow on purpose."""
    if valid_on < clock.today():
        raise RuleBroken(_("This day is over. Choose today or a later day."))
    if len(door_links_of(event)) >= MOST_LINKS:
        raise RuleBroken(
            _("There are %(most)s links already. Revoke those nobody needs.", most=MOST_LINKS)
        )
    token = secrets.token_urlsafe(24)
    link = DoorLink(
        event_id=event.id,
        label=label,
        token_hash=hashed(token),
        pin_hash=pin_hash,
        valid_on=valid_on,
        expires_at=clock.end_of_day(valid_on),
        made_by_id=by.id if by else None,
    )
    db.session.add(link)
    db.session.flush()
    record("event.door_link_made", event, organization_id=event.organization_id)
    return Made(link, token, pin)


def begin_try(link: DoorLink) -> None:
    """Count a try at the PIN before comparing it, or refuse: many at once are no way around."""
    hold(link)
    refuse_unless_open(link)
    now = clock.now()
    if link.locked_until:
        if link.locked_until > now:
            raise RuleBroken(wait_in_words(link))
        link.attempts, link.locked_until = 0, None
    link.attempts += 1
    if link.attempts >= FREE_TRIES:
        link.locked_until = now + LOCKED_FOR
    db.session.flush()


def hold(link: DoorLink) -> None:
    """Until the commit, and as it stands now: it may be revoked in the meantime."""
    held = sa.select(DoorLink).where(DoorLink.id == link.id).with_for_update()
    db.session.scalars(held, execution_options={"populate_existing": True}).one()


def refuse_unless_open(link: DoorLink) -> None:
    if link.is_over:
        raise RuleBroken(_("This link does not work any more. Ask the organizer for a new one."))
    if link.opens_later:
        raise RuleBroken(_("This link does not work before its day."))


def refusal_of(link: DoorLink) -> str:
    """What is said after a wrong PIN."""
    if link.locked_until:
        return wait_in_words(link)
    left = FREE_TRIES - link.attempts
    sentence: str = ngettext(
        "The PIN is wrong. %(num)s try is left.",
        "The PIN is wrong. %(num)s tries are left.",
        left,
    )
    return sentence


def wait_in_words(link: DoorLink) -> str:
    seconds = (link.locked_until - clock.now()).total_seconds() if link.locked_until else 0
    sentence: str = ngettext(
        "Too many wrong PINs. Wait %(num)s minute, or ask the organizer for a new link.",
        "Too many wrong PINs. Wait %(num)s minutes, or ask the organizer for a new link.",
        max(1, ceil(seconds / 60)),
    )
    return sentence


def is_pin_of(link: DoorLink, pin: str) -> bool:
    return passwords.fits(link.pin_hash, pin)


def let_in(link: DoorLink, name: str) -> User:
    """The PIN was right: an account that can do nothing but this door, until the day ends.
    Its name stays beside the marks it makes."""
    hold(link)
    refuse_unless_open(link)
    link.attempts, link.locked_until = 0, None
    user = User(
        login=f"door-{secrets.token_hex(12)}",
        name=_("On duty: %(name)s", name=name),
        language=str(get_locale()),
        expires_at=link.expires_at,
    )
    db.session.add(user)
    db.session.flush()
    db.session.add(
        EventStaff(
            event_id=link.event_id,
            user_id=user.id,
            role=StaffRole.DOOR,
            added_by_id=link.made_by_id,
            expires_at=link.expires_at,
            door_link_id=link.id,
        )
    )
    db.session.flush()
    record("event.door_entered", link.event, organization_id=link.event.organization_id)
    return user


def people_of(link: DoorLink) -> Sequence[EventStaff]:
    return db.session.scalars(sa.select(EventStaff).filter_by(door_link_id=link.id)).all()


def revoke(link: DoorLink) -> int:
    """Close the link and end the log-ins made with it; how many people were at the door."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        event = link.event
        record("event.door_link_revoked", event, organization_id=event.organization_id)
    people = people_of(link)
    for staff in people:
        send_away(staff)
    return len(people)


def send_away(staff: EventStaff) -> None:
    """End the account of somebody at the door, on whatever phone it is."""
    if staff.user:
        staff.user.expires_at = min(staff.user.expires_at or clock.now(), clock.now())
        devices.end_others(staff.user)
    db.session.delete(staff)
    db.session.flush()
