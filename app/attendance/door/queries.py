"""Reading for the door: the ticket that was scanned, and how many of each class are here."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, load_only

from app.accounts.models import User
from app.attendance.door.models import CheckInMark, Outcome
from app.attendance.models import Attendance, Correction, Presence
from app.base.codes import LETTERS, as_code
from app.base.db import db
from app.base.words.text import sort_key
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import Person, grade_now
from app.registrations.models import Group, Registration, Status

CODE = re.compile(f"[{LETTERS}]{{12}}")
TICKET_PATH = re.compile(rf"/registrations/({CODE.pattern})/?")
MOST_TEXT = 500


def code_in(text: str) -> str | None:
    """The number of the ticket in what a camera read or somebody typed: the ticket's
    address, on whatever host, or the number itself; None for any other code."""
    text = text.strip()[:MOST_TEXT]
    if "/" in text:
        try:
            found = TICKET_PATH.fullmatch(urlsplit(text).path)
        except ValueError:
            return None
        return found[1] if found else None
    code: str = as_code(text)
    return code if CODE.fullmatch(code) else None


@dataclass(frozen=True)
class Ticket:
    """A registration as it stands at the door, with its mark and the latest correction."""

    registration: Registration
    mark: Attendance | None = None
    corrected_at: datetime | None = None

    @property
    def presence(self) -> Presence | None:
        return self.mark.presence if self.mark else None


LATEST_CORRECTION = (
    sa.select(sa.func.max(Correction.corrected_at))
    .where(Correction.registration_id == Registration.id)
    .correlate(Registration)
    .scalar_subquery()
)
# Written once: asked for each ticket. Whoever marks holds the registration meanwhile.
TICKET = (
    sa.select(Registration, Attendance, LATEST_CORRECTION)
    .join(Registration.slot)
    .join(Registration.person)
    .outerjoin(Organization, Organization.id == Person.school_id)
    .outerjoin(Group, Group.id == Registration.group_id)
    .outerjoin(Attendance, Attendance.registration_id == Registration.id)
    .outerjoin(User, User.id == Attendance.marked_by_id)
    .options(
        load_only(
            *(Registration.event_id, Registration.slot_id, Registration.person_id),
            *(Registration.status, Registration.seats, Registration.code, Registration.group_id),
        ),
        contains_eager(Registration.slot).load_only(
            *(Slot.title, Slot.room, Slot.starts_at, Slot.called_off_at, Slot.called_off_reason)
        ),
        contains_eager(Registration.person)
        .load_only(
            *(Person.last_name, Person.first_name, Person.patronymic, Person.anonymized_at),
            *(Person.search_name, Person.school_name, Person.first_year, Person.class_letter),
        )
        .contains_eager(Person.school)
        .load_only(Organization.short_name),
        contains_eager(Registration.group).load_only(Group.title),
        contains_eager(Attendance.marked_by).load_only(User.name, User.email, User.login),
    )
    .execution_options(populate_existing=True)
)
HELD = TICKET.with_for_update(of=Registration)
HELD_BY_CODE = HELD.where(Registration.code == sa.bindparam("code"))
HELD_BY_ID = HELD.where(
    Registration.id == sa.bindparam("id"), Registration.event_id == sa.bindparam("event_id")
)


def held_by_code(code: str) -> Ticket | None:
    row = db.session.execute(HELD_BY_CODE, {"code": code}).one_or_none()
    return Ticket(*row) if row else None


def held_by_id(event: Event, registration_id: int) -> Ticket | None:
    asked = {"id": registration_id, "event_id": event.id}
    row = db.session.execute(HELD_BY_ID, asked).one_or_none()
    return Ticket(*row) if row else None


def ticket_of(registration_id: int) -> Ticket:
    return Ticket(*db.session.execute(TICKET.where(Registration.id == registration_id)).one())


def mark_by_uuid(uuid: str) -> CheckInMark | None:
    return db.session.scalar(sa.select(CheckInMark).where(CheckInMark.uuid == uuid))


def late_marks(event: Event) -> list[CheckInMark]:
    """Marks that came in too long after they were made and wait for the organizer."""
    query = (
        sa.select(CheckInMark)
        .where(CheckInMark.event_id == event.id, CheckInMark.outcome == Outcome.LATE)
        .options(
            joinedload(CheckInMark.registration).joinedload(Registration.person),
            joinedload(CheckInMark.registration).joinedload(Registration.slot),
            joinedload(CheckInMark.marked_by),
        )
        .order_by(CheckInMark.at, CheckInMark.id)
    )
    return list(db.session.scalars(query))


@dataclass
class Here:
    """How many of those with a seat are here."""

    present: int = 0
    total: int = 0

    def add(self, present: int, total: int) -> None:
        self.present += present
        self.total += total


@dataclass
class Counts:
    """For each slot by its id, and for the classes of the chosen slot by their titles."""

    slots: dict[int, Here] = field(default_factory=lambda: defaultdict(Here))
    classes: dict[tuple[str, str], Here] = field(default_factory=lambda: defaultdict(Here))


def counts_of(event: Event, slot: Slot) -> Counts:
    """Over the confirmed registrations, with a class or without: one query."""
    query = (
        sa.select(
            Registration.slot_id,
            sa.func.coalesce(Organization.short_name, Person.school_name),
            Person.first_year,
            Person.class_letter,
            sa.func.count(),
            sa.func.count().filter(Attendance.presence == Presence.PRESENT),
        )
        .select_from(Registration)
        .join(Registration.person)
        .outerjoin(Person.school)
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Registration.status == Status.CONFIRMED)
        .group_by(
            Registration.slot_id,
            sa.func.coalesce(Organization.short_name, Person.school_name),
            Person.first_year,
            Person.class_letter,
        )
    )
    counts = Counts()
    for slot_id, school, first_year, letter, total, present in db.session.execute(query):
        counts.slots[slot_id].add(present, total)
        if slot_id == slot.id:
            counts.classes[class_title(first_year, letter), school].add(present, total)
    in_order = sorted(counts.classes.items(), key=lambda one: by_class(*one[0]))
    counts.classes = dict(in_order)
    return counts


def class_title(first_year: int | None, letter: str) -> str:
    """«9А», as Person.class_title; empty for whoever is in no class."""
    grade = grade_now(first_year)
    return f"{grade}{letter}" if grade is not None and 1 <= grade <= 11 else ""


def by_class(title: str, school: str) -> tuple[bool, str, int, str]:
    grade = re.match(r"\d*", title)
    return not title, sort_key(school), int(grade[0] or 0) if grade else 0, sort_key(title)


def marks_in(event: Event) -> dict[int, str]:
    """Every mark of the event, by the registration's id: what other phones have marked."""
    query = (
        sa.select(Attendance.registration_id, Attendance.presence)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(Registration.event_id == event.id)
    )
    return {id_: presence.value for id_, presence in db.session.execute(query)}


def version_of(event: Event) -> str:
    """Changes when somebody signs up, cancels or gets a seat: the list on a phone is old then."""
    query = (
        sa.select(Registration.status, sa.func.count(), sa.func.max(Registration.id))
        .where(Registration.event_id == event.id)
        .group_by(Registration.status)
        .order_by(Registration.status)
    )
    return ".".join(f"{status.value[:2]}{n}-{top}" for status, n, top in db.session.execute(query))


def shift_list(event: Event) -> list[Ticket]:
    """Everybody a phone has to know without network: seats and those who wait for one, and
    the cancelled, who must be told so."""
    query = TICKET.where(Registration.event_id == event.id).order_by(
        Person.sort_key, Registration.id
    )
    return [Ticket(*row) for row in db.session.execute(query)]
