"""Reminding those who have a seat, so many hours before their time begins."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.base import clock, jobs
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus, Slot
from app.notifications.actions import notify
from app.organizations.models import Membership, Organization
from app.registrations.letters import facts_of, facts_of_group
from app.registrations.models import Group, Registration, Status
from app.registrations.reminders.models import About, Reminder

MOST_HOURS = 60 * 24
MOST_REMINDERS = 6
REMINDED = (Status.CONFIRMED, Status.AWAITING_CONSENT)
# A reminder that could not go out in time (the worker was away, the slot was moved so that
# its moment is past) is still sent for so long; later it would only confuse.
LATEST = timedelta(hours=6)
AT_ONCE = 500  # registrations in one transaction


# The person, and the class with whoever answers for it.
WHO_READS = (
    joinedload(Registration.person),
    joinedload(Registration.group).options(joinedload(Group.school), joinedload(Group.made_by)),
)


def set_reminders(event: Event, hours: Iterable[int], *, reconfirm_days: int | None) -> None:
    """Who is reminded when, and whether seats must be reconfirmed. Without reconfirmation
    any more, nobody loses the seat for not having answered."""
    chosen = sorted(set(hours), reverse=True)
    if len(chosen) > MOST_REMINDERS:
        raise RuleBroken(_("Choose at most %(most)s reminders.", most=MOST_REMINDERS))
    event.reminders = chosen
    if event.reconfirm_days and reconfirm_days is None:
        db.session.execute(
            sa.update(Registration)
            .where(Registration.event_id == event.id, Registration.reconfirmed_at.is_(None))
            .values(reconfirm_by=None)
        )
    event.reconfirm_days = reconfirm_days
    db.session.flush()


def remind_everybody() -> int:
    """Write to all whose reminder is due; how many letters."""
    letters = 0
    for hours, event_ids in offsets_in_use().items():
        while True:
            with transaction():
                considered, written = remind(hours, event_ids)
            letters += written
            if considered < AT_ONCE:
                break
    return letters


def offsets_in_use() -> dict[int, list[int]]:
    """The events to come that remind so many hours before, by these hours: one query."""
    now = clock.now()
    query = sa.select(Event.id, Event.reminders).where(
        Event.status == EventStatus.PUBLISHED,
        Event.ends_at > now,
        Event.starts_at <= now + timedelta(hours=MOST_HOURS),
    )
    found: dict[int, list[int]] = {}
    for id_, reminders in db.session.execute(query):
        for hours in reminders or ():
            found.setdefault(int(hours), []).append(id_)
    return found


def grace(hours: int) -> timedelta:
    """Two hours before, an hour late is the latest; seven days before, six hours."""
    return min(LATEST, timedelta(hours=hours) / 2)


def remind(hours: int, event_ids: Collection[int]) -> tuple[int, int]:
    """One batch: how many registrations were looked at, how many letters written.

    Whoever got the seat after the moment of the reminder is looked at as well, so that
    nobody is looked at twice, but gets no letter: theirs has just told them everything.
    """
    now = clock.now()
    begins = now + timedelta(hours=hours)
    query = (
        seated(event_ids, begins - grace(hours), begins)
        .where(Registration.status.in_(REMINDED), ~dealt_with(About.BEGINNING, hours))
        .limit(AT_ONCE)
    )
    people = db.session.scalars(query).all()
    first = mark(people, About.BEGINNING, hours)
    due = [
        one
        for one in people
        if one.id in first and since(one) < one.slot.starts_at - timedelta(hours=hours)
    ]
    written = sum(write(one, "reminder") for one in due)
    written += sum(write_to_teacher(group, "group_reminder") for group in groups_of(due))
    return len(people), written


def seated(event_ids: Collection[int], after: datetime, until: datetime) -> sa.Select[Any]:
    """Registrations of these events whose slot begins then, with all that a letter says."""
    return (
        sa.select(Registration)
        .join(Registration.slot)
        .where(
            Registration.event_id.in_(event_ids),
            Slot.called_off_at.is_(None),
            Slot.starts_at > max(after, clock.now()),
            Slot.starts_at <= until,
        )
        .options(
            joinedload(Registration.slot),
            joinedload(Registration.event).joinedload(Event.organization),
            *WHO_READS,
        )
        .order_by(Registration.group_id, Registration.id)  # a class in one batch
    )


def dealt_with(about: About, hours: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Reminder.registration_id == Registration.id,
        Reminder.about == about,
        Reminder.hours == hours,
    )


def mark(people: Sequence[Registration], about: About, hours: int) -> set[int]:
    """Write down that this reminder is dealt with; for whom it was not yet. Of two workers
    at the same work, one gets each registration."""
    if not people:
        return set()
    dialect = db.session.connection().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(Reminder)
    rows = [
        {"registration_id": one.id, "about": about, "hours": hours, "made_at": clock.now()}
        for one in people
    ]
    new = insert.values(rows).on_conflict_do_nothing().returning(Reminder.registration_id)
    return set(db.session.scalars(new))


def since(registration: Registration) -> datetime:
    """When they got what they have now: signed up, or came up from the waitlist."""
    return max(filter(None, (registration.signed_up_at, registration.promoted_at)))


def write(registration: Registration, template: str, **more: Any) -> bool:
    letter = notify(
        registration.email,
        template,
        language=registration.language,
        **facts_of(registration),
        code=registration.code,
        awaiting=registration.is_awaiting_consent,
        **more,
    )
    return letter is not None


def groups_of(people: Sequence[Registration]) -> list[Group]:
    """Their groups, each once: a teacher gets one letter about a class."""
    return list({one.group_id: one.group for one in people if one.group}.values())


def teacher_of(group: Group) -> User | None:
    """Whoever signed the class up, while they still belong to the school."""
    if group.made_by is None or not group.made_by.email:
        return None
    belongs = (
        sa.select(Membership.id)
        .join(Membership.organization)
        .where(
            Membership.user_id == group.made_by_id,
            Membership.organization_id == group.school_id,
            Organization.is_approved,
        )
    )
    return group.made_by if db.session.scalar(belongs.limit(1)) else None


def write_to_teacher(group: Group, template: str, **more: Any) -> bool:
    teacher = teacher_of(group)
    if teacher is None:
        return False
    notify(teacher.email, template, **facts_of_group(group), code=group.code, **more)
    return True


wake_reminders = jobs.job(remind_everybody, every_minutes=1)
