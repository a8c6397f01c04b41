"""Reading whom a message goes to, and what became of the letters."""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.attendance.models import Attendance, Presence
from app.base.db import db
from app.events.models import Event
from app.messages.models import Message, MessageRecipient, State
from app.notifications.models import Notification
from app.people.models import Person
from app.registrations.desk.queries import with_people
from app.registrations.guardians.requests import Guardian, known_guardians
from app.registrations.models import Group, Registration, Status
from app.registrations.reminders.actions import teacher_of
from app.web.pages import Paged

CAME = ("came", "absent", "unmarked")
PER_PAGE = 100


@dataclass(frozen=True)
class Selection:
    """Which people of an event."""

    statuses: tuple[str, ...] = (Status.CONFIRMED.value,)
    slot_id: int | None = None
    group: str = ""  # its code
    school: str = ""  # as in desk_queries.Filter
    came: str = ""  # one of CAME

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "statuses": list(self.statuses)}


@dataclass(frozen=True)
class Addressee:
    """A person and where to write; to a teacher about a whole class where that is the way."""

    registration: Registration
    address: str
    teacher: User | None = None


def selected(event: Event, selection: Selection) -> list[Registration]:
    """The people, by name, with slot, person and group: one query."""
    query = (
        with_people()
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(
            Registration.event_id == event.id,
            Registration.status.in_([Status(one) for one in selection.statuses]),
        )
        .order_by(Person.sort_key, Registration.id)
    )
    if selection.slot_id:
        query = query.where(Registration.slot_id == selection.slot_id)
    if selection.group:
        chosen = sa.select(Group.id).where(Group.code == selection.group)
        query = query.where(Registration.group_id.in_(chosen))
    if selection.school.startswith("~"):
        query = query.where(Person.school_id.is_(None), Person.school_name == selection.school[1:])
    elif selection.school:
        query = query.where(Person.school_id == int(selection.school))
    if selection.came == "came":
        query = query.where(Attendance.presence == Presence.PRESENT)
    elif selection.came == "absent":
        query = query.where(Attendance.presence == Presence.ABSENT)
    elif selection.came == "unmarked":
        query = query.where(Attendance.id.is_(None))
    return list(db.session.scalars(query))


def addressed(people: list[Registration]) -> list[Addressee]:
    """Where to write to each: the registration's own address, else a guardian's, else the
    teacher's who signed the class up; empty where nobody's is known."""
    without = [one.person for one in people if not one.email and one.person.is_minor]
    guardians = known_guardians(without) if without else {}
    groups = {one.group for one in people if one.group}
    teachers = {group.id: teacher_of(group) for group in groups}
    return [addressee(one, guardians.get(one.person_id), teachers) for one in people]


def addressee(
    one: Registration, guardians: list[Guardian] | None, teachers: dict[int, User | None]
) -> Addressee:
    if address := one.email or (guardians[0].email if guardians else ""):
        return Addressee(one, address)
    teacher = teachers.get(one.group_id) if one.group_id else None
    return Addressee(one, (teacher.email or "") if teacher else "", teacher)


def addressees(event: Event, selection: Selection) -> list[Addressee]:
    return addressed(selected(event, selection))


STATE = sa.case(
    (MessageRecipient.state != State.QUEUED, sa.cast(MessageRecipient.state, sa.String)),
    (Notification.id.is_(None), State.REMOVED.value),
    (Notification.sent_at.is_not(None), State.SENT.value),
    (Notification.failed_at.is_not(None), State.FAILED.value),
    else_=State.QUEUED.value,
)


def tallies_of(messages: list[Message]) -> dict[int, dict[str, int]]:
    """How many letters of each message are in which state: one query."""
    query = (
        sa.select(MessageRecipient.message_id, STATE.label("outcome"), sa.func.count())
        .outerjoin(Notification, Notification.id == MessageRecipient.notification_id)
        .where(MessageRecipient.message_id.in_([one.id for one in messages]))
        .group_by(MessageRecipient.message_id, sa.text("outcome"))
    )
    found: dict[int, dict[str, int]] = {one.id: {} for one in messages}
    for id_, state, number in db.session.execute(query) if messages else ():
        found[id_][state] = number
    return found


@dataclass(frozen=True)
class Result:
    """What became of the letter to one person."""

    registration: Registration
    state: State
    address: str
    reason: str


def results_of(message: Message, *, number: int) -> Paged[Result]:
    """One page of the people of a message: those without success first, then by name."""
    order = sa.case(
        {State.FAILED.value: 0, State.NO_ADDRESS.value: 1, State.QUEUED.value: 2}, value=STATE,
        else_=3,
    )  # fmt: skip
    query = (
        sa.select(
            *(Registration, STATE, Notification.address, Notification.last_error),
            *(MessageRecipient.reason, sa.func.count().over()),
        )
        .select_from(MessageRecipient)
        .join(MessageRecipient.registration)
        .join(Registration.person)
        .outerjoin(Notification, Notification.id == MessageRecipient.notification_id)
        .where(MessageRecipient.message_id == message.id)
        .options(contains_eager(Registration.person))
        .order_by(order, Person.sort_key, Registration.id)
    )
    number = min(max(1, number), max(1, -(-message.total // PER_PAGE)))
    rows = db.session.execute(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    results = [
        Result(registration, State(state), address or "", reason or error or "")
        for registration, state, address, error, reason, _total in rows
    ]
    return Paged(results, number, PER_PAGE, rows[0][-1] if rows else 0)


def messages_of(event: Event) -> list[Message]:
    """All that was written to the people of the event, the latest first."""
    query = (
        sa.select(Message)
        .where(Message.event_id == event.id)
        .options(joinedload(Message.by))
        .order_by(Message.id.desc())
    )
    return list(db.session.scalars(query))


def message_in(event: Event, id_: int) -> Message | None:
    query = sa.select(Message).where(Message.event_id == event.id, Message.id == id_)
    return db.session.scalar(query.options(joinedload(Message.by)))


def message_of_form(form_key: str) -> Message | None:
    return db.session.scalar(sa.select(Message).filter_by(form_key=form_key))
