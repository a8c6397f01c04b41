"""What the letters about a registration say."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.accounts import mailboxes
from app.accounts.models import User
from app.base import clock
from app.base.db import after_commit, db
from app.events.timetable.rooms import Spot
from app.notifications.actions import notify
from app.notifications.models import Notification
from app.organizations.models import Membership, Organization
from app.registrations.models import Channel, Group, Registration
from app.registrations.queries import place_in_line

# What a teacher is told of the pupils of a group, when it was not the teacher's own act.
NEWS = (
    *("registration_promoted", "registration_confirmed", "registration_awaiting_consent"),
    *("registration_waitlisted", "registration_expired", "registration_cancelled"),
    *("consent_refused", "event_changed", "event_called_off", "reconfirm_missed"),
    *("registration_accepted", "registration_drawn", "registration_declined"),
    *("seat_lost", "slot_called_off", "schedule_changed"),
)
NEWS_GATHERED = timedelta(minutes=10)  # so long what happens to a group goes into one letter


def tell(registration: Registration, template: str, *, reason: str = "", **more: Any) -> None:
    """Queue a letter about this registration to whoever signed up; the teacher of a group is
    told too. ``was``: time and room before, for what has changed."""
    tell_person(registration, template, reason=reason, **more)
    if registration.group_id and template in NEWS:
        tell_teacher_news(registration, template, reason=reason)


def tell_person(
    registration: Registration,
    template: str,
    *,
    reason: str = "",
    place: int | None = None,
    send_after: datetime | None = None,
    was: Spot | None = None,
    by_form: bool = False,
    **more: Any,
) -> None:
    """To the registration's own address, if it has one. ``place``: in the line, where the
    caller knows it already. ``by_form``: what a form without a log-in brought about, perhaps
    a stranger's; a mailbox that has never answered gets one such letter, others wait there.
    What is news to the person (called off, moved, a seat from the waitlist) always goes."""
    if not registration.email:
        return
    is_strangers = by_form and registration.channel is Channel.GUEST
    waits = is_strangers and not mailboxes.may_be_written(registration.email)
    notify(
        registration.email,
        template,
        language=registration.language,
        send_after=send_after,
        held_for=mailboxes.key_of(registration.email) if waits else None,
        **facts_of(registration),
        code=registration.code,
        place=place or place_in_line(registration),
        reason=reason,
        was_starts_at=was.starts_at.isoformat() if was else "",
        was_ends_at=was.ends_at.isoformat() if was else "",
        was_room=was.room if was else "",
        **more,
    )


def tell_teacher_news(registration: Registration, template: str, *, reason: str) -> None:
    """Add the pupil to the letter about the group that waits to be sent."""
    group = registration.group
    if group is None or group.made_by is None or not group.made_by.email:
        return
    gathered: dict[int, Notification] = db.session.info.setdefault("group_news", {})
    letter = gathered.get(group.id)
    if letter is None or letter not in db.session:
        letter = news_that_wait(group) or new_news(registration, group, group.made_by)
    if letter is None:
        return
    gathered[group.id] = letter
    after_commit("group news", lambda: db.session.info.pop("group_news", None))
    names = letter.context.get(template, [])
    letter.context = {
        **letter.context,
        **facts_of_group(group),  # the time may have changed since the letter was begun
        template: [*names, registration.person.full_name],
        "reason": reason or letter.context["reason"],
    }


def untell(registration: Registration, templates: Collection[str]) -> None:
    """Take back the letters about this registration that nobody has begun to send."""
    query = sa.select(Notification).where(
        Notification.template.in_(templates),
        Notification.sent_at.is_(None),
        Notification.send_after > clock.now(),
        Notification.address == registration.email,
    )
    for letter in db.session.scalars(query).all():
        if letter.context.get("code") == registration.code:
            db.session.delete(letter)
    if registration.group and (news := news_that_wait(registration.group)):
        name = registration.person.full_name
        told = {one: names for one, names in news.context.items() if one in templates}
        news.context = {
            **news.context,
            **{one: [other for other in names if other != name] for one, names in told.items()},
        }


def news_that_wait(group: Group) -> Notification | None:
    """The letter about this group that nobody has begun to send, as it is now."""
    query = (
        sa.select(Notification)
        .where(
            Notification.template == "group_news",
            Notification.sent_at.is_(None),
            Notification.send_after > clock.now() + timedelta(minutes=1),
            Notification.address == (group.made_by.email if group.made_by else ""),
        )
        .order_by(Notification.id.desc())
        .execution_options(populate_existing=True)
    )
    waiting = db.session.scalars(query)
    return next((one for one in waiting if one.context["code"] == group.code), None)


def new_news(registration: Registration, group: Group, teacher: User) -> Notification | None:
    """To whoever signed the class up, while they still belong to the school."""
    belongs = (
        sa.select(Membership.id)
        .join(Membership.organization)
        .where(
            Membership.user_id == teacher.id,
            Membership.organization_id == group.school_id,
            Organization.is_approved,
        )
    )
    if db.session.scalar(belongs.limit(1)) is None:
        return None
    nothing_new: dict[str, Any] = {template: [] for template in NEWS}
    return notify(
        teacher.email,
        "group_news",
        language=registration.language,
        send_after=clock.now() + NEWS_GATHERED,
        **facts_of_group(group),
        **nothing_new,
        code=group.code,
        reason="",
    )


def facts_of(registration: Registration) -> dict[str, Any]:
    """Who, what, when, where: for a letter's context."""
    slot, event = registration.slot, registration.event
    held = registration.hold_until
    return {
        "person": registration.person.full_name,
        "event": event.title,
        "slot": slot.title,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "room": slot.room,
        "venue": event.venue,
        "online_url": event.online_url if registration.is_confirmed else "",
        "organization": event.organization.short_name,
        "contact": event.contact,
        "seats": registration.seats,
        "held_until_at": held.isoformat() if held else "",
    }


def facts_of_group(group: Group) -> dict[str, Any]:
    slot, event = group.slot, group.event
    return {
        "title": group.title,
        "school": group.school.short_name,
        "event": event.title,
        "slot": slot.title,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "room": slot.room,
        "venue": event.venue,
        "online_url": event.online_url,
        "organization": event.organization.short_name,
        "contact": event.contact,
        "seats": 1,
        "page": f"{current_app.config['SITE_URL']}/school/groups/{group.code}",
    }
