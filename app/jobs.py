"""The queue: huey on Redis when REDIS_URL is set, else on a SQLite file.

``flask worker`` runs it. Jobs only wake somebody up: what is to be done stands in the
database, so losing the queue loses nothing.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from huey import MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.api import Huey

from app import config


def build_queue() -> Huey:
    chosen = config.settings()
    if os.environ.get("QUEUE_IN_MEMORY") == "1":  # the test suite
        return MemoryHuey("orientir", utc=True)
    if url := chosen["REDIS_URL"]:
        return RedisHuey("orientir", url=url, utc=True)
    file = Path(str(chosen["QUEUE_FILE"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("orientir", filename=str(file), utc=True)


queue = build_queue()
_app: list[Flask] = []


def job(
    act: Callable[[], object], *, every_minutes: int = 0
) -> Callable[[], None]:
    """Register an act without arguments; the returned function wakes the worker for it.

    Waking is cheap and idempotent: while a wake-up waits in the queue another is not
    added. With ``every_minutes`` the worker also does it by itself.
    """

    def run() -> None:
        with _app[0].app_context():
            act()

    run.__name__ = f"{act.__module__}.{act.__name__}"
    task: Any = queue.task(name=run.__name__)(run)
    if every_minutes:
        queue.periodic_task(
            crontab(minute=f"*/{every_minutes}"), name=f"{run.__name__}.by_the_clock"
        )(run)

    def wake() -> None:
        if queue.pending_count() == 0:
            task()

    return wake


def work() -> None:
    """Run jobs until told to stop (SIGINT, SIGTERM)."""
    queue.create_consumer(workers=1, periodic=True, initial_delay=0.2, max_delay=2.0).run()


def init_app(app: Flask) -> None:
    _app[:] = [app]
