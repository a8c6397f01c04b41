"""A person's place in a slot."""

import enum
import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.codes import random_code
from app.base.db import Model
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import Person


def new_code() -> str:
    """12 letters of 32: 60 bits, so that a ticket's address cannot be guessed."""
    return random_code(12)


class Status(enum.StrEnum):
    AWAITING_CONSENT = "awaiting_consent"  # holds a seat until hold_until
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody answered in time: no guardian, nor whoever was offered a seat
    APPLIED = "applied"  # for admission by approval or by draw: no seat yet
    DECLINED = "declined"  # the application was not accepted
    OFFERED = "offered"  # a seat that became free late, held until hold_until


# What «taken» means.
SEATED = (Status.CONFIRMED, Status.AWAITING_CONSENT, Status.OFFERED)
LIVE = (*SEATED, Status.WAITLISTED, Status.APPLIED)
NOT_ENDED = "status NOT IN ('cancelled', 'expired', 'declined')"


class Channel(enum.StrEnum):
    """How somebody was signed up."""

    GUEST = "guest"
    ACCOUNT = "account"
    GUARDIAN = "guardian"  # for a child
    STAFF = "staff"
    WALK_IN = "walk_in"
    GROUP = "group"  # by a teacher, with the class


class Group(Model):
    """A class signed up together, with the adults who come along."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(100))  # «9А»
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_code)
    # [{"name": "…", "phone": "…"}]: who accompanies the class
    companions: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Seats of the companions, held from the first pupil's seat on. Changed in seats.py's callers.
    companion_seats: Mapped[int] = mapped_column(default=0)
    wishes: Mapped[str] = mapped_column(sa.String(1000), default="")
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    event: Mapped[Event] = relationship()
    slot: Mapped[Slot] = relationship()
    school: Mapped[Organization] = relationship()
    made_by: Mapped[User | None] = relationship()

    @property
    def full_title(self) -> str:
        """«9А, СОШ № 18»."""
        return f"{self.title}, {self.school.short_name}"

    @property
    def seats_to_come(self) -> int:
        """Seats the companions still need when the first pupil gets one."""
        return 0 if self.companion_seats else len(self.companions)


def booking_of(slot: Slot) -> int:
    """What is unique for a person in the event: one registration, or one for each slot."""
    return slot.id if slot.event.books_several else 0


class Registration(Model):
    """A person's place in a slot. Kept when cancelled, revived on return."""

    __table_args__ = (
        sa.Index(
            "uq_registration_live",
            "event_id",
            "person_id",
            "booking",
            unique=True,
            sqlite_where=sa.text(NOT_ENDED),
            postgresql_where=sa.text(NOT_ENDED),
        ),
        sa.Index("ix_registration_line", "slot_id", "status", "signed_up_at", "id"),
        sa.CheckConstraint("seats >= 1", name="at_least_one_seat"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    # The slot where people may book several of an event, else 0: see booking_of.
    booking: Mapped[int] = mapped_column(default=0)
    status: Mapped[Status]
    seats: Mapped[int] = mapped_column(default=1)  # the person and their companions
    # insert_sentinel: by it many rows of one INSERT are told apart, on SQLite too.
    code: Mapped[str] = mapped_column(
        sa.String(12), unique=True, default=new_code, insert_sentinel=True
    )
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
    hold_until: Mapped[datetime | None]  # while awaiting consent or an answer to an offer
    # By the id of the question, as text (events.question_models.Question).
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    draw_rank: Mapped[int | None]  # 1 for the first; stays what the draw gave
    decided_at: Mapped[datetime | None]  # when the application was accepted or declined
    decision_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    # Whoever has a seat says again that they come; else it goes to those who wait.
    reconfirm_by: Mapped[datetime | None]
    reconfirmed_at: Mapped[datetime | None]
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("group.id"), index=True)

    event: Mapped[Event] = relationship()
    slot: Mapped[Slot] = relationship()
    person: Mapped[Person] = relationship()
    signed_up_by: Mapped[User | None] = relationship()
    group: Mapped[Group | None] = relationship()

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def holds_seat(self) -> bool:
        return self.status in SEATED

    @property
    def is_awaiting_consent(self) -> bool:
        return self.status is Status.AWAITING_CONSENT

    @property
    def is_confirmed(self) -> bool:
        return self.status is Status.CONFIRMED

    @property
    def is_waitlisted(self) -> bool:
        return self.status is Status.WAITLISTED

    @property
    def is_applied(self) -> bool:
        return self.status is Status.APPLIED

    @property
    def is_offered(self) -> bool:
        return self.status is Status.OFFERED

    @property
    def is_declined(self) -> bool:
        return self.status is Status.DECLINED

    @property
    def is_asked_to_reconfirm(self) -> bool:
        """They were asked whether they come, and the seat hangs on the answer."""
        return (
            self.is_confirmed
            and self.reconfirm_by is not None
            and self.reconfirmed_at is None
            and self.event.reconfirm_days is not None
            and not self.slot.has_begun
        )

    @property
    def companions(self) -> int:
        return self.seats - 1

    @property
    def public_number(self) -> str:
        """By which a draw names this application to everybody: the code, which opens the
        ticket, cannot be found from it."""
        return hashlib.sha256(self.code.encode()).hexdigest()[:10]

    @property
    def may_cancel(self) -> bool:
        """Until the slot begins; afterwards what happened stays as it was."""
        return self.is_live and not self.slot.has_begun


class Answer(enum.StrEnum):
    GIVEN = "given"
    REFUSED = "refused"


class ConsentRequest(Model):
    """A guardian is asked by mail to agree that a child takes part. The link is signed, not
    stored (registrations.consents.token_of)."""

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    nonce: Mapped[str] = mapped_column(sa.String(16), default=new_code, insert_sentinel=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[Answer | None]

    registration: Mapped[Registration] = relationship()

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.expires_at > clock.now()
