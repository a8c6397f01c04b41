"""What ``/readyz`` knows about the neighbours: who is sick, and whether the site may serve.

Fatal is what stops sign-ups: a database that is away, may only be read, or has no room.
Everything else is a warning: without the queue, the worker or Redis the site serves, and
what waits is only late.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from app.base.db import db, transaction
from app.base.jobs import queue
from app.web.health import heartbeat
from app.web.health.outages import word_of
from app.web.security import limiter

MEGABYTE = 1024 * 1024
LEAST_SPACE = 20 * MEGABYTE  # below that even a sign-up may fail


class Undone(Exception):
    """Nothing of the attempt is to stay."""


def sick_database() -> str:
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        return "" if is_writable(connection) else "database_read_only"
    with suppress(Undone), transaction(longest_wait=0.2):
        # SQLite does not say it until somebody writes
        db.session.connection().exec_driver_sql("CREATE TABLE of_readyz (id INTEGER)")
        raise Undone
    return ""


def is_writable(connection: sa.Connection) -> bool:
    asked = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')"
    in_recovery, read_only = connection.exec_driver_sql(asked).one()
    return not in_recovery and read_only == "off"


def name_of(error: Exception) -> str:
    """What is wrong with the database, in a word for the operator."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF
    return {5: "", 8: "database_read_only", 13: "database_disk_full"}.get(code, "database")


def database() -> str:
    try:
        return sick_database()
    except Exception as error:
        return name_of(error) and told(error, name_of(error))


def told(error: Exception, name: str) -> str:
    current_app.logger.warning("readyz: %s: %s", name, word_of(error))
    return name


def places() -> set[Path]:
    """The folders that fill up: the database's own where it is a file, and what is kept."""
    settings = current_app.config
    given = [settings["FILES_FOLDER"], settings["PAPERS_FOLDER"], settings["QUEUE_FILE"]]
    url = sa.make_url(settings["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite" and url.database:
        given.append(url.database.removeprefix("file:").partition("?")[0])
    return {nearest_folder(Path(str(place))) for place in given}


def nearest_folder(place: Path) -> Path:
    return next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())


def free_space() -> int:
    return min(shutil.disk_usage(folder).free for folder in places())


def disk() -> str:
    return "disk_full" if free_space() < LEAST_SPACE else ""


def disk_soon() -> str:
    low = LEAST_SPACE <= free_space() < current_app.config["DISK_WARNING_MB"] * MEGABYTE
    return "disk_nearly_full" if low else ""


def queue_or_worker() -> str:
    try:
        queue.pending_count()
        return "worker_stale" if heartbeat.is_stale() else ""
    except Exception as error:
        return told(error, "queue")


def limits() -> str:
    return "limits_in_memory" if limiter.is_in_memory else ""


def looked_after() -> list[str]:
    """What a person has to look after, by the roof's list (create_app)."""
    found = []
    for name, is_so in current_app.extensions["warnings"].items():
        try:
            found += [name] if is_so() else []
        except Exception as error:  # the parts above say what is out of reach
            told(error, name)
    return found


FATAL: tuple[Callable[[], str], ...] = (database, disk)
WARNINGS: tuple[Callable[[], str], ...] = (disk_soon, queue_or_worker, limits)


def state() -> tuple[list[str], list[str]]:
    """The names of what is fatal, and of what is a warning."""
    return (
        [name for name in (ask() for ask in FATAL) if name],
        [name for name in (ask() for ask in WARNINGS) if name] + looked_after(),
    )
