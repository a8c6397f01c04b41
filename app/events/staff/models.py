"""Who helps with one event: colleagues of other organizations, and people at its door."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.events.models import Event


class StaffRole(enum.StrEnum):
    ORGANIZER = "organizer"  # this event as its own organizers, but for its end and its staff
    DOOR = "door"  # check-in, nothing else


class DoorLink(Model):
    """A link that lets people in to check tickets at one event on one day, with a PIN that
    is told apart from it. Only the hashes of both are kept."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(sa.String(100), default="")  # «Main entrance»
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(sa.String(200))
    valid_on: Mapped[date]  # a day of the region
    expires_at: Mapped[datetime]  # the end of that day
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # wrong PINs in a row
    locked_until: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    made_by: Mapped[User | None] = relationship()

    @property
    def is_over(self) -> bool:
        return self.revoked_at is not None or self.expires_at <= clock.now()

    @property
    def opens_later(self) -> bool:
        return clock.start_of_day(self.valid_on) > clock.now()


class EventStaff(Model):
    """Somebody has a role at one event. Colleagues are named by their address, whether or
    not it has an account yet: the role waits for it."""

    __table_args__ = (
        sa.UniqueConstraint("event_id", "user_id"),
        sa.Index(
            "uq_event_staff_address",
            "event_id",
            "email",
            unique=True,
            sqlite_where=sa.text("email <> ''"),
            postgresql_where=sa.text("email <> ''"),
        ),
        sa.CheckConstraint("email <> '' OR user_id IS NOT NULL", name="is_somebody"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(sa.String(254), default="", index=True)  # lower case
    role: Mapped[StaffRole]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]  # None: as long as the event is remembered
    door_link_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("door_link.id", ondelete="CASCADE"), index=True
    )

    event: Mapped[Event] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    added_by: Mapped[User | None] = relationship(foreign_keys=added_by_id)
    door_link: Mapped[DoorLink | None] = relationship()
