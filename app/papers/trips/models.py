"""What a school has typed about a trip."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class TripNotes(Model):
    """The form of a trip's papers as it was typed last, one for each group. ``adults`` and
    ``begins``: what the group and its slot said then; where they say something else now, they
    are right."""

    group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("group.id", ondelete="CASCADE"), unique=True
    )
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    adults: Mapped[list[Any]] = mapped_column(sa.JSON)
    begins: Mapped[datetime]
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
