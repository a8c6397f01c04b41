"""The occasions of a slot at which attendance is taken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Model
from app.events.models import Slot


class Meeting(Model):
    """A course and a shift have many; a slot without any has one: itself."""

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    room: Mapped[str] = mapped_column(sa.String(200), default="")

    slot: Mapped[Slot] = relationship()
