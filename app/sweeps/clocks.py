"""Whether this machine's clock can be believed before anything is erased by it.

Proof is there while the machine runs: its clock must have gone as far as the time since it
was started. After a restart, or on another machine, the database is the witness: the clock may
not stand before its newest rows, nor very long after the last moment at which the clock was
found to be right. Rows alone prove no later moment: whoever logs in while the clock stands
ahead writes one. PostgreSQL's own clock is asked as well.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from app.base import clock
from app.base.db import Base, db, insert_row_unless_there, transaction
from app.sweeps.models import ClockReading

# Tables whose newest row was written by the clock of its moment. By name: they stand in
# later domains.
WITNESSES = (("audit_entry", "at"), ("registration", "signed_up_at"))
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Jump:
    """The clock says ``now``; by everything else it should be about ``expected``."""

    expected: datetime
    now: datetime


def uptime() -> float:
    """Seconds since the machine was started, its sleep counted; nobody sets this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def boot() -> str:
    """Changes with each start of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:  # no Linux: this process alone
        return f"process {time.monotonic_ns()}"


def jump() -> Jump | None:
    """How the clock jumped, if it did; None while it can be believed."""
    now, tolerance = clock.now(), timedelta(minutes=current_app.config["SWEEP_CLOCK_MINUTES"])
    expected = database_clock() or now
    if abs(now - expected) > tolerance:
        return Jump(expected, now)
    reading = db.session.scalar(sa.select(ClockReading).filter_by(boot=boot()))
    if reading:
        db.session.refresh(reading)
        expected = reading.at + timedelta(seconds=uptime() - reading.uptime)
        return Jump(expected, now) if abs(now - expected) > tolerance else None
    latest = latest_known() or now
    proved = latest_believed() or latest
    pause = timedelta(days=current_app.config["SWEEP_PAUSE_DAYS"])
    if now > proved + pause:
        return Jump(proved, now)
    return Jump(latest, now) if now < latest - tolerance else None


def database_clock() -> datetime | None:
    """What the database server's clock says; SQLite has none of its own."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return None
    told: datetime | None = connection.exec_driver_sql(
        "SELECT clock_timestamp() AT TIME ZONE 'UTC'"
    ).scalar()
    return told


def latest_believed() -> datetime | None:
    """When the clock was last found to be right, on whatever machine."""
    return db.session.scalar(sa.select(sa.func.max(ClockReading.at)))


def latest_known() -> datetime | None:
    """The latest moment that the database knows to have come."""
    found = [latest_believed()]
    for name, column in WITNESSES:
        table = Base.metadata.tables[name]
        newest = sa.select(table.c[column]).order_by(table.c.id.desc()).limit(1)
        found.append(db.session.scalar(newest))
    return max((at for at in found if at), default=None)


def note() -> None:
    """Remember what the clock says, now that it was found to be right."""
    now = clock.now()
    reading = db.session.scalar(sa.select(ClockReading).filter_by(boot=boot()))
    if reading is None or now - reading.at >= NOTED_EVERY:
        believe()


def believe() -> None:
    """The clock is right as it is: measure from here."""
    values = {"boot": boot(), "at": clock.now(), "uptime": uptime()}
    with transaction():
        if not insert_row_unless_there(ClockReading, values, unique=[ClockReading.boot]):
            db.session.execute(sa.update(ClockReading).filter_by(boot=boot()).values(values))
        # What was written while the clock stood ahead is no witness any more.
        db.session.execute(sa.delete(ClockReading).where(ClockReading.at > values["at"]))
