"""Whoever has a seat says some days before that they come; else it goes to those who wait."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager

from app.base import clock
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus, Slot
from app.registrations.consents.actions import one_by_one
from app.registrations.letters import tell
from app.registrations.models import Group, Registration, Status
from app.registrations.reminders.actions import (
    AT_ONCE,
    WHO_READS,
    dealt_with,
    groups_of,
    mark,
    seated,
    since,
    teacher_of,
    write,
    write_to_teacher,
)
from app.registrations.reminders.models import About
from app.registrations.seats import seats
from app.registrations.signing_up.actions import free, promote
from app.sweeps.actions import by_the_clock

# Asked with less time to go, nobody could answer in time: then nobody is asked.
LEAST = timedelta(hours=12)
REMIND_BEFORE = 24  # hours before the answer is due
# An answer due sooner than this after the question is not reminded of.
SHORT = timedelta(hours=30)


def ask_everybody() -> int:
    """Ask those whose day has come to confirm; how many were asked."""
    now = clock.now()
    query = sa.select(Event.id, Event.reconfirm_days).where(
        Event.status == EventStatus.PUBLISHED,
        Event.reconfirm_days.is_not(None),
        Event.ends_at > now,
    )
    asked = 0
    for event_id, days in db.session.execute(query).all():
        before = timedelta(days=days or 0)
        while True:
            with transaction():
                number = ask(event_id, before)
            asked += number
            if number < AT_ONCE:
                break
    return asked


def ask(event_id: int, before: timedelta) -> int:
    """One batch of those who hold a seat and signed up before they are to be asked. The
    answer is due half-way to the beginning. Whom no letter reaches is not asked: they
    could not answer."""
    now = clock.now()
    query = (
        seated([event_id], now + LEAST, now + before)
        .where(Registration.status == Status.CONFIRMED, Registration.reconfirm_by.is_(None))
        .where(~dealt_with(About.RECONFIRMATION, 0))
        .limit(AT_ONCE)
    )
    people = db.session.scalars(query).all()
    first = mark(people, About.RECONFIRMATION, 0)
    due = [one for one in people if one.id in first and since(one) < one.slot.starts_at - before]
    teachers = {group: teacher_of(group) for group in {one.group for one in due if one.group}}
    asked = [one for one in due if (teachers[one.group] if one.group else one.email)]
    for one in asked:
        one.reconfirm_by = now + (one.slot.starts_at - now) / 2
    mark([one for one in asked if is_soon(one)], About.RECONFIRMATION, REMIND_BEFORE)
    write_about(asked, "reconfirm")
    db.session.flush()
    return len(people)


def is_soon(registration: Registration) -> bool:
    by = registration.reconfirm_by
    return by is not None and by - clock.now() < SHORT


def write_about(people: Sequence[Registration], template: str) -> None:
    """To each; about a class, to the teacher alone, who answers for it."""
    for one in people:
        if not one.group_id and one.reconfirm_by:
            write(one, template, answer_until_at=one.reconfirm_by.isoformat())
    by = {one.group_id: one.reconfirm_by for one in people}
    for group in groups_of(people):
        if until := by[group.id]:
            write_to_teacher(group, f"group_{template}", answer_until_at=until.isoformat())


def remind_everybody_to_confirm() -> int:
    """A day before the answer is due, once more to those who have not answered."""
    now = clock.now()
    query = (
        unanswered()
        .where(
            Registration.reconfirm_by > now,
            Registration.reconfirm_by <= now + timedelta(hours=REMIND_BEFORE),
            ~dealt_with(About.RECONFIRMATION, REMIND_BEFORE),
        )
        .limit(AT_ONCE)
    )
    with transaction():
        people = db.session.scalars(query).all()
        first = mark(people, About.RECONFIRMATION, REMIND_BEFORE)
        write_about([one for one in people if one.id in first], "reconfirm_again")
    return len(people)


def unanswered() -> sa.Select[Any]:
    """Who was asked, has not answered, and whose time has not begun."""
    return (
        sa.select(Registration)
        .join(Registration.slot)
        .join(Registration.event)
        .where(
            Event.status == EventStatus.PUBLISHED,
            Event.reconfirm_days.is_not(None),
            Event.ends_at > clock.now(),
            Slot.starts_at > clock.now(),
            Slot.called_off_at.is_(None),
            Registration.status == Status.CONFIRMED,
            Registration.reconfirmed_at.is_(None),
        )
        .options(
            contains_eager(Registration.slot),
            contains_eager(Registration.event).joinedload(Event.organization),
            *WHO_READS,
        )
        .order_by(Registration.reconfirm_by, Registration.id)
    )


def end_waiting() -> int:
    """Free the seats of those who did not confirm in time; how many."""
    query = unanswered().where(Registration.reconfirm_by <= clock.now()).limit(AT_ONCE)
    return one_by_one(db.session.scalars(query).all(), give_up)


def give_up(registration: Registration) -> bool:
    """Nobody confirmed: the seat goes to whoever waits. False if somebody just did."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "seats", "reconfirm_by", "reconfirmed_at"])
    if not registration.is_asked_to_reconfirm or not is_too_late(registration):
        return False
    free(registration, status=Status.EXPIRED)
    tell(registration, "reconfirm_missed")
    promote(registration.slot)
    return True


def is_too_late(registration: Registration) -> bool:
    return registration.reconfirm_by is not None and registration.reconfirm_by <= clock.now()


def reconfirm(registration: Registration) -> None:
    """«I shall come.» Saying it again changes nothing; late is fine while the seat is theirs."""
    seats.hold(registration.slot)
    db.session.refresh(registration, ["status", "reconfirm_by", "reconfirmed_at"])
    if registration.status is Status.EXPIRED:
        raise RuleBroken(
            _("The time to confirm is over, and the seat is free again. You can sign up anew.")
        )
    if not registration.is_live:
        raise RuleBroken(_("This registration is cancelled: there is nothing to confirm."))
    if registration.is_asked_to_reconfirm:
        registration.reconfirmed_at = clock.now()
        db.session.flush()


def reconfirm_group(group: Group) -> int:
    """The teacher answers for the class: for how many pupils."""
    seats.hold(group.slot)
    query = (
        unanswered()
        .where(Registration.group_id == group.id, Registration.reconfirm_by.is_not(None))
        .execution_options(populate_existing=True)
    )
    people = db.session.scalars(query).all()
    for registration in people:
        registration.reconfirmed_at = clock.now()
    db.session.flush()
    return len(people)


def look_after_answers() -> None:
    """What the worker does each minute: ask, remind, then free what nobody confirmed."""
    ask_everybody()
    remind_everybody_to_confirm()
    end_waiting()


wake_reconfirmation = by_the_clock(
    "answers", _l("seats to be confirmed"), look_after_answers, every_minutes=1
)
