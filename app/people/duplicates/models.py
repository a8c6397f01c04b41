"""Two persons found to be one, or told apart by hand."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.people.models import Person


class Merge(Model):
    """Two persons found to be one: what was moved from the other, so that it can go back."""

    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    moved: Mapped[dict[str, Any]]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]

    kept: Mapped[Person] = relationship(foreign_keys=[kept_id])
    other: Mapped[Person] = relationship(foreign_keys=[other_id])
    made_by: Mapped[User | None] = relationship()


class NotTheSame(Model):
    """Somebody who knows them said that these two are different people: not asked again."""

    __table_args__ = (sa.UniqueConstraint("first_id", "second_id"),)

    first_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True
    )  # the larger number of the two
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
