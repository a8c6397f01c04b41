"""The draw of an event: its seed is fixed and its hash published before anybody applies."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.events.models import Event


class Draw(Model):
    """One for an event. The seed stays secret until the lots are drawn with it; ``lots`` is
    what was drawn, kept as it was published whatever becomes of the people."""

    event_id: Mapped[int] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), unique=True
    )
    seed: Mapped[str] = mapped_column(sa.String(64))
    seed_sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_at: Mapped[datetime | None]
    # [{"slot": id of the slot, "numbers": [public number of the first, the second, …]}]
    lots: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)

    event: Mapped[Event] = relationship()

    @property
    def is_held(self) -> bool:
        return self.drawn_at is not None
