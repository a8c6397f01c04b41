"""A mark of presence, and its corrections."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model, stored_by_value
from app.registrations.models import Registration


class Presence(enum.StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Method(enum.StrEnum):
    LIST = "list"  # ticked in the list
    SCAN = "scan"  # the ticket's code, read by a camera
    TYPED = "typed"  # row numbers of the printed list
    SHEET = "sheet"  # from the marks of the meetings
    WALK_IN = "walk_in"  # added at the door, so present


class Attendance(Model):
    """One registration's mark: whether the person came at all. Marking the same again
    changes nothing. What happened at each meeting of a course stands in MeetingMark."""

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), unique=True
    )
    presence: Mapped[Presence]
    method: Mapped[Method]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)
    # The phone or computer that made the mark, where it said so.
    device: Mapped[str] = mapped_column(sa.String(36), default="")

    registration: Mapped[Registration] = relationship()
    marked_by: Mapped[User | None] = relationship()


class Correction(Model):
    """What a mark said before it was changed, and who had said it. Never deleted."""

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    was: Mapped[Presence]
    # None: the mark was taken off. A CHECK of its own name beside the one of «was».
    became: Mapped[Presence | None] = mapped_column(stored_by_value(Presence, name="became"))
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    corrected_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL")
    )
    corrected_at: Mapped[datetime] = mapped_column(default=clock.now)
