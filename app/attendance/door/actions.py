"""Marks made at the door: by ticket or by name, at once or when the phone is back online."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.attendance.actions import correct
from app.attendance.door.models import CheckInMark, Outcome
from app.attendance.door.queries import (
    Ticket,
    code_in,
    held_by_code,
    held_by_id,
    mark_by_uuid,
    ticket_of,
)
from app.attendance.models import Attendance, Method, Presence
from app.attendance.queries import marking_is_open, marking_opens_at, marks_of
from app.base import clock
from app.base.db import db, insert_row_unless_there
from app.base.rules import RuleBroken
from app.events.models import Event
from app.registrations.models import Status

OLDEST = timedelta(days=7)
BY_STATUS = {
    Status.WAITLISTED: Outcome.WAITLISTED,
    Status.AWAITING_CONSENT: Outcome.AWAITING_CONSENT,
    Status.APPLIED: Outcome.NO_SEAT_YET,
    Status.OFFERED: Outcome.NO_SEAT_YET,
    Status.CANCELLED: Outcome.CANCELLED,
    Status.EXPIRED: Outcome.CANCELLED,
    Status.DECLINED: Outcome.CANCELLED,
}


@dataclass(frozen=True)
class Sent:
    """A mark as a phone sends it. ``at``: by the phone's own clock; ``slot_id``: at whose
    door it stands; ``anyway``: the person was shown that the slot is another, and pressed on."""

    uuid: str
    at: datetime
    text: str = ""  # what the camera read, or the number typed
    registration_id: int | None = None
    presence: Presence | None = Presence.PRESENT
    slot_id: int | None = None
    anyway: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of a mark: what the phone shows."""

    uuid: str
    outcome: Outcome
    ticket: Ticket | None = None  # as it stood before
    device: str = ""

    @property
    def is_by_another_phone(self) -> bool:
        mark = self.ticket.mark if self.ticket else None
        return mark is not None and mark.device != self.device


def take(
    event: Event, sent: Sent, *, device: str = "", device_now: datetime | None = None,
    by: User | None,
) -> Answer:  # fmt: skip
    """Write the mark down, and what becomes of it. The same mark sent again is answered as
    the first time. ``device_now``: what the phone's clock says now, to correct its marks."""
    now = clock.now()
    sent = replace(sent, at=min(sent.at + (now - device_now if device_now else timedelta()), now))
    ticket, outcome = look_up(event, sent)
    if ticket and outcome is Outcome.MARKED:
        sent = replace(sent, at=max(sent.at, marking_opens_at(ticket.registration.slot)))
        outcome = what_follows(ticket, sent, now)
    of_event = ticket is not None and outcome is not Outcome.OTHER_EVENT
    is_new = insert_row_unless_there(
        CheckInMark,
        {
            "uuid": sent.uuid,
            "event_id": event.id,
            "registration_id": ticket.registration.id if ticket and of_event else None,
            "presence": sent.presence,
            "device": device,
            "marked_by_id": by.id if by else None,
            "at": sent.at,
            "received_at": now,
            "outcome": outcome,
        },
        unique=[CheckInMark.uuid],
    )
    if not is_new:
        return answer_again(event, sent.uuid)
    if ticket and outcome in (Outcome.MARKED, Outcome.UNDONE):
        is_first = write(
            ticket, sent.presence, at=sent.at, device=device, by=by, method=method_of(sent)
        )
        if not is_first:  # another phone was quicker by a moment
            outcome, ticket = Outcome.ALREADY, ticket_of(ticket.registration.id)
            db.session.execute(
                sa.update(CheckInMark).filter_by(uuid=sent.uuid).values(outcome=outcome)
            )
    return Answer(sent.uuid, outcome, ticket, device)


def look_up(event: Event, sent: Sent) -> tuple[Ticket | None, Outcome]:
    """Whose ticket it is, held; MARKED where nothing about the registration forbids it."""
    if sent.registration_id is not None:
        ticket = held_by_id(event, sent.registration_id)
    elif code := code_in(sent.text):
        ticket = held_by_code(code)
    else:
        return None, Outcome.FOREIGN
    if ticket is None:
        return None, Outcome.UNKNOWN
    registration = ticket.registration
    if registration.event_id != event.id:
        return ticket, Outcome.OTHER_EVENT
    if registration.status in BY_STATUS:
        return ticket, BY_STATUS[registration.status]
    if not marking_is_open(registration.slot):
        return ticket, Outcome.NOT_YET
    return ticket, Outcome.MARKED


def what_follows(ticket: Ticket, sent: Sent, now: datetime) -> Outcome:
    if ticket.presence is sent.presence:
        return Outcome.ALREADY
    if sent.at < now - OLDEST:
        return Outcome.LATE
    said_since = [ticket.corrected_at, ticket.mark.marked_at if ticket.mark else None]
    if any(said and said > sent.at for said in said_since):
        return Outcome.OVERRULED
    is_elsewhere = sent.slot_id not in (None, ticket.registration.slot_id)
    if sent.presence is Presence.PRESENT and is_elsewhere and not sent.anyway:
        return Outcome.OTHER_SLOT
    return Outcome.MARKED if sent.presence else Outcome.UNDONE


def method_of(sent: Sent) -> Method:
    return Method.SCAN if sent.registration_id is None else Method.LIST


def write(
    ticket: Ticket,
    presence: Presence | None,
    *,
    at: datetime,
    device: str,
    by: User | None,
    method: Method,
) -> bool:
    """The mark of a registration, at the time at which it was made. False when somebody else
    marked it at this very moment: theirs stays."""
    if ticket.mark:
        # What was read while waiting for the registration may be old.
        earlier = marks_of([ticket.registration]).get(ticket.registration.id)
        if earlier:
            correct(earlier, presence, method=method, by=by)
            if presence:
                earlier.marked_at, earlier.device = at, device
            db.session.flush()
        return True
    if presence is None:
        return True
    new = {
        "registration_id": ticket.registration.id,
        "presence": presence,
        "method": method,
        "marked_by_id": by.id if by else None,
        "marked_at": at,
        "device": device,
    }
    return insert_row_unless_there(Attendance, new, unique=[Attendance.registration_id])


def answer_again(event: Event, uuid: str) -> Answer:
    mark = mark_by_uuid(uuid)
    if mark is None or mark.event_id != event.id:
        return Answer(uuid, Outcome.UNKNOWN)
    ticket = ticket_of(mark.registration_id) if mark.registration_id else None
    return Answer(uuid, mark.outcome, ticket, mark.device)


def apply_late(marks: Sequence[CheckInMark], *, by: User | None) -> int:
    """The organizer decides that these late marks hold. Whoever was marked or has lost the
    seat meanwhile stays as they are. How many were written."""
    written = 0
    for mark in settle(marks, Outcome.MARKED, by=by):
        ticket = held_by_id(mark.event, mark.registration_id or 0)
        if ticket and ticket.registration.is_confirmed and ticket.mark is None and mark.presence:
            write(
                ticket, mark.presence, at=mark.at, device=mark.device, by=mark.marked_by,
                method=Method.SCAN,
            )  # fmt: skip
            written += 1
        else:
            mark.outcome = Outcome.OVERRULED
    db.session.flush()
    return written


def drop_late(marks: Sequence[CheckInMark], *, by: User | None) -> int:
    return len(settle(marks, Outcome.DROPPED, by=by))


def settle(marks: Sequence[CheckInMark], outcome: Outcome, *, by: User | None) -> list[CheckInMark]:
    """Those of the marks that still wait are decided about, once."""
    ids = [mark.id for mark in marks]
    query = (
        sa.select(CheckInMark)
        .where(CheckInMark.id.in_(ids), CheckInMark.outcome == Outcome.LATE)
        .order_by(CheckInMark.id)
        .with_for_update(of=CheckInMark)
        .execution_options(populate_existing=True)
    )
    waiting = list(db.session.scalars(query)) if ids else []
    if not waiting:
        raise RuleBroken(_("Choose at least one mark: these have been decided about already."))
    for mark in waiting:
        mark.outcome, mark.decided_at = outcome, clock.now()
        mark.decided_by_id = by.id if by else None
    return waiting
