"""Who was at which meeting of a course, a club, a shift."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.attendance.models import Presence
from app.base import clock
from app.base.db import Model
from app.events.timetable.models import Meeting
from app.registrations.models import Registration


class MeetingMark(Model):
    """One registration's mark at one meeting. Whoever was present at least once has the
    mark «present» in Attendance too: attendance.meeting_actions keeps it so."""

    __table_args__ = (sa.UniqueConstraint("registration_id", "meeting_id"),)

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE")
    )
    meeting_id: Mapped[int] = mapped_column(
        sa.ForeignKey("meeting.id", ondelete="CASCADE"), index=True
    )
    presence: Mapped[Presence]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)

    registration: Mapped[Registration] = relationship()
    meeting: Mapped[Meeting] = relationship()
