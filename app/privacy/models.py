"""What remains of an erased person: an act without a name."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class ErasureReason(enum.StrEnum):
    REQUEST = "request"  # of the person or a guardian
    WITHDRAWAL = "withdrawal"  # of the consent, 30 days ago
    RETENTION = "retention"  # the period is over


class ErasureAct(Model):
    """That somebody's data was destroyed, without saying whose (Roskomnadzor's order № 179
    of 28.10.2022): the person is a number here."""

    subject: Mapped[int] = mapped_column(index=True)  # the number the person had; no reference
    reason: Mapped[ErasureReason]
    categories: Mapped[list[str]] = mapped_column(default=list)  # of data, in words
    kept: Mapped[list[str]] = mapped_column(default=list)  # what stays, and why
    rows: Mapped[dict[str, Any]]  # the log extract: table → number of rows changed
    done_by: Mapped[str] = mapped_column(sa.String(200), default="")  # a role, or the worker
    done_at: Mapped[datetime] = mapped_column(default=clock.now)
