"""Events and their slots."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.events.kinds import KINDS, Kind
from app.organizations.models import Municipality, Organization
from app.roadmap.models import Measure


class EventStatus(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Format(enum.StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    MIXED = "mixed"


class Admission(enum.StrEnum):
    """How the people for the seats are found."""

    FIRST_COME = "first_come"
    APPROVAL = "approval"  # the organizer decides about each application
    DRAW = "draw"  # applications until sign-up closes, then lots that anybody can recompute


REMINDERS = (7 * 24, 24, 2)  # hours before the beginning


class EventSeries(Model):
    """Events that belong together and have a page of their own: a fair each spring."""

    __tablename__ = "event_series"

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    summary: Mapped[str] = mapped_column(sa.String(300), default="")

    organization: Mapped[Organization] = relationship()


class Event(Model):
    """Something to take part in: one title, one place, one or more slots."""

    __table_args__ = (sa.Index("ix_event_status_first", "status", "starts_at"),)

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    kind_code: Mapped[str] = mapped_column("kind", sa.String(30), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    slug: Mapped[str] = mapped_column(sa.String(100), unique=True)
    summary: Mapped[str] = mapped_column(sa.String(300), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    programme: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    venue: Mapped[str] = mapped_column(sa.String(300), default="")
    municipality_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("municipality.id"), index=True
    )
    format: Mapped[Format] = mapped_column(default=Format.IN_PERSON)
    online_url: Mapped[str] = mapped_column(sa.String(300), default="")
    audience: Mapped[list[str]] = mapped_column(default=list)  # categories; empty: everybody
    grade_from: Mapped[int | None]
    grade_to: Mapped[int | None]
    fields: Mapped[list[str]] = mapped_column(default=list)  # professional fields
    measure_id: Mapped[int | None] = mapped_column(sa.ForeignKey("measure.id"), index=True)
    hours: Mapped[int | None]  # academic ones, of courses
    project: Mapped[str] = mapped_column(sa.String(30), default="")  # kinds.PROJECTS
    stands: Mapped[list[str]] = mapped_column(default=list)  # the exhibitors of a fair
    companions_max: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str] = mapped_column(sa.String(300), default="")
    signup_opens_at: Mapped[datetime | None]
    signup_closes_at: Mapped[datetime | None]  # None: until the slot begins
    admission: Mapped[Admission] = mapped_column(default=Admission.FIRST_COME)
    series_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("event_series.id", ondelete="SET NULL"), index=True
    )
    # Hours before the beginning at which people are reminded; empty: nobody is.
    reminders: Mapped[list[Any]] = mapped_column(sa.JSON, default=lambda: list(REMINDERS))
    # Days before the beginning at which seats have to be reconfirmed; None: they need not.
    reconfirm_days: Mapped[int | None]
    # Kept by events.questions: whoever signs up for an event without any need not look.
    has_questions: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.DRAFT)
    cancel_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    # Kept by events.actions, from the slots: for the catalogue's order and filters.
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    # The window of a browser that saved last: it may go on without having seen a newer state.
    edited_in: Mapped[str] = mapped_column(sa.String(32), default="")

    has_quotas = False  # not stored: known once a slot is held (registrations.seats.hold)

    organization: Mapped[Organization] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    measure: Mapped[Measure | None] = relationship()
    series: Mapped[EventSeries | None] = relationship()
    slots: Mapped[list["Slot"]] = relationship(
        back_populates="event", order_by="Slot.starts_at, Slot.id"
    )

    @property
    def slots_held(self) -> list["Slot"]:
        """Those that take place: the others were called off."""
        return [slot for slot in self.slots if not slot.is_called_off]

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_code]

    @property
    def books_several(self) -> bool:
        """Whether one person may have several slots, as on an interview day."""
        return self.kind.has("several_slots")

    @property
    def is_public(self) -> bool:
        """Called-off events stay visible: people must be able to read that."""
        return self.status in (EventStatus.PUBLISHED, EventStatus.CANCELLED)

    @property
    def is_called_off(self) -> bool:
        return self.status is EventStatus.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.ends_at is not None and self.ends_at <= clock.now()

    @property
    def is_finished(self) -> bool:
        """Published and over: derived from time, nobody sets it."""
        return self.status is EventStatus.PUBLISHED and self.is_over

    @property
    def signup_is_open(self) -> bool:
        now = clock.now()
        return (
            self.status is EventStatus.PUBLISHED
            and self.organization.is_approved  # else suspended or closed since
            and (self.signup_opens_at is None or self.signup_opens_at <= now)
            and (self.signup_closes_at is None or now < self.signup_closes_at)
            and not self.is_over
        )

    @property
    def signup_opens_later(self) -> bool:
        return self.signup_opens_at is not None and clock.now() < self.signup_opens_at


FEW = 5  # so many seats or fewer are counted out on the sign-up form


class Slot(Model):
    """A bookable part of an event with its own time, place and capacity."""

    __table_args__ = (
        sa.CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="never_oversold"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    room: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    # Changed in registrations.seats alone.
    seats_taken: Mapped[int] = mapped_column(default=0)
    called_off_at: Mapped[datetime | None]
    called_off_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    # Kept by events.meetings: how many occasions of its own it has (meeting_models.Meeting).
    meeting_count: Mapped[int] = mapped_column(default=0, server_default="0")

    event: Mapped[Event] = relationship(back_populates="slots")

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken

    @property
    def is_nearly_full(self) -> bool:
        return self.seats_left <= FEW

    @property
    def is_full(self) -> bool:
        return self.seats_taken >= self.capacity

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def signup_is_open(self) -> bool:
        return self.event.signup_is_open and not self.has_begun and not self.is_called_off
