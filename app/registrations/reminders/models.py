"""What has been done about a registration as its time came near."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class About(enum.StrEnum):
    BEGINNING = "beginning"  # so many hours before the slot begins
    RECONFIRMATION = "reconfirmation"  # so many hours before the answer is due


class Reminder(Model):
    """One offset of one registration, dealt with: whether a letter went out or was not due
    any more. Being unique it is what makes each reminder go out once."""

    __table_args__ = (sa.UniqueConstraint("registration_id", "about", "hours"),)

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE")
    )
    about: Mapped[About]
    hours: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
