"""What sweeps did, what they wait for, what this machine's clock said; tombstones."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class RunState(enum.StrEnum):
    DONE = "done"
    WAITING = "waiting"  # for the ministry's word
    ALLOWED = "allowed"  # the next run does it
    REFUSED = "refused"
    OUTDATED = "outdated"  # nothing is due any more, or the clock goes right again
    UNDONE = "undone"  # what it had marked is kept


class RunReason(enum.StrEnum):
    """Why a run waits."""

    NONE = ""
    CLOCK = "clock"
    MANY = "many"
    UNDONE = "undone"  # the last one was undone


class SweepRun(Model):
    """A sweep that touched rows of one kind, or waits to be allowed to."""

    __table_args__ = (sa.Index("ix_sweep_run_kind", "name", "kind"),)

    name: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[RunState]
    reason: Mapped[RunReason] = mapped_column(default=RunReason.NONE)
    started_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    seen: Mapped[int] = mapped_column(default=0)  # rows of this kind in all
    touched: Mapped[int] = mapped_column(default=0)  # or would be
    clock_was: Mapped[datetime | None]  # where the clock jumped: what it should say
    told_at: Mapped[datetime | None]  # the ministry
    decided_at: Mapped[datetime | None]

    @property
    def is_undecided(self) -> bool:
        """It may be let run now: nobody has decided, or decided against it."""
        return self.state in (RunState.WAITING, RunState.REFUSED)


class SweepMark(Model):
    """A row that is to be erased when its days of grace are over, unless the run is undone."""

    __table_args__ = (sa.UniqueConstraint("table_name", "row_id"),)

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sweep_run.id", ondelete="CASCADE"), index=True
    )
    table_name: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)


class ClockReading(Model):
    """What the clock of a machine said, and for how many seconds it had been running: while
    it runs, both go forward by the same."""

    boot: Mapped[str] = mapped_column(sa.String(64), unique=True)
    at: Mapped[datetime]
    uptime: Mapped[float]


class TombstoneKind(enum.StrEnum):
    PERSON = "person"  # erased
    CONSENT = "consent"  # withdrawn
    AGREED = "agreed"  # a person whose agreement had been withdrawn agreed again


class Tombstone(Model):
    """One erasure or withdrawal. ``mark`` is its name in the file too."""

    mark: Mapped[str] = mapped_column(sa.String(32), unique=True)
    kind: Mapped[TombstoneKind]
    subject: Mapped[int]  # the number of the person or of the agreement
    known_by: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(32), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    filed_at: Mapped[datetime | None] = mapped_column(index=True)
