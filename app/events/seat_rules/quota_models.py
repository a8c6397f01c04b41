"""Seats shared out fairly: at most so many for a school, some kept for a district or grades."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Model
from app.events.models import Event
from app.organizations.models import Municipality


class QuotaKind(enum.StrEnum):
    PER_SCHOOL = "per_school"  # at most ``seats`` in the event for people of one school
    KEPT = "kept"  # ``seats`` of each slot wait for some until a moment


class Quota(Model):
    """A rule about the seats of an event. ``municipality`` and the grades say for whom seats
    are kept; ``until`` is when they are released to everybody."""

    __table_args__ = (sa.CheckConstraint("seats >= 1", name="at_least_one_seat"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[QuotaKind]
    seats: Mapped[int]
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    grade_from: Mapped[int | None]
    grade_to: Mapped[int | None]
    until: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
