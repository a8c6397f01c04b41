"""A person's place in a slot."""

import enum
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.accounts.models import User
from app.db import Model
from app.events.models import Event, Slot
from app.people.models import Person

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing to confuse when read aloud


def new_code() -> str:
    """12 letters of 32: 60 bits, so that a ticket's address cannot be guessed."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(12))


class Status(enum.StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


LIVE = (Status.CONFIRMED, Status.WAITLISTED)


class Channel(enum.StrEnum):
    """How somebody was signed up."""

    GUEST = "guest"
    ACCOUNT = "account"
    STAFF = "staff"
    WALK_IN = "walk_in"


class Registration(Model):
    """A person's place in a slot. Kept when cancelled, revived on return."""

    __table_args__ = (
        sa.Index(
            "uq_registration_live",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("status <> 'cancelled'"),
            postgresql_where=sa.text("status <> 'cancelled'"),
        ),
        sa.Index("ix_registration_line", "slot_id", "status", "signed_up_at", "id"),
        sa.CheckConstraint("seats >= 1", name="at_least_one_seat"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    status: Mapped[Status]
    seats: Mapped[int] = mapped_column(default=1)  # the person and their companions
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_code)
    # The form this came from: sending the same form again finds this registration.
    form_key: Mapped[str | None] = mapped_column(sa.String(43), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # where to write about it
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="ru")
    channel: Mapped[Channel]
    signed_up_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL")
    )
    signed_up_at: Mapped[datetime] = mapped_column(default=clock.now)
    promoted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    slot: Mapped[Slot] = relationship()
    person: Mapped[Person] = relationship()
    signed_up_by: Mapped[User | None] = relationship()

    @property
    def is_live(self) -> bool:
        return self.status is not Status.CANCELLED

    @property
    def is_confirmed(self) -> bool:
        return self.status is Status.CONFIRMED

    @property
    def is_waitlisted(self) -> bool:
        return self.status is Status.WAITLISTED

    @property
    def companions(self) -> int:
        return self.seats - 1

    @property
    def may_cancel(self) -> bool:
        """Until the slot begins; afterwards what happened stays as it was."""
        return self.is_live and not self.slot.has_begun
