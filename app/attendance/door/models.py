"""What the phones at the door sent, each mark once."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.attendance.models import Presence
from app.base import clock
from app.base.db import Model, stored_by_value
from app.events.models import Event
from app.registrations.models import Registration


class Outcome(enum.StrEnum):
    MARKED = "marked"
    UNDONE = "undone"  # the mark was taken off again
    ALREADY = "already"  # had this mark before
    OTHER_SLOT = "other_slot"  # signed up for another time or room of the event
    OVERRULED = "overruled"  # somebody corrected the mark after this one was made
    LATE = "late"  # came in too long after it was made: the organizer decides
    DROPPED = "dropped"  # … and decided not to use it
    NOT_YET = "not_yet"  # before the day of the slot
    WAITLISTED = "waitlisted"
    AWAITING_CONSENT = "awaiting_consent"
    NO_SEAT_YET = "no_seat_yet"  # applied, or a seat was offered and not taken
    CANCELLED = "cancelled"
    OTHER_EVENT = "other_event"
    UNKNOWN = "unknown"  # looks like a ticket, but there is none with this number
    FOREIGN = "foreign"  # some other code: a bus ticket, an advertisement


# Somebody may have to be told why: what these say depends on no person.
ABOUT_NOBODY = (Outcome.OTHER_EVENT, Outcome.UNKNOWN, Outcome.FOREIGN)


class CheckInMark(Model):
    """One scan or press at the door, as the phone sent it. The phone gives the number:
    sent again, it is found and not counted again."""

    __table_args__ = (sa.Index("ix_check_in_mark_event", "event_id", "outcome"),)

    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    # None: take the mark off.
    presence: Mapped[Presence | None] = mapped_column(stored_by_value(Presence))
    device: Mapped[str] = mapped_column(sa.String(36), default="")
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime]  # by the phone's clock, corrected by ours
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    outcome: Mapped[Outcome]
    decided_at: Mapped[datetime | None]  # about a late one
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))

    event: Mapped[Event] = relationship()
    registration: Mapped[Registration | None] = relationship()
    marked_by: Mapped[User | None] = relationship(foreign_keys=[marked_by_id])
