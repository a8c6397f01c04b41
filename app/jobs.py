"""The queue: huey on Redis when REDIS_URL is set, else on a SQLite file.

``flask worker`` runs it. Jobs only wake somebody up: what is to be done stands in the
database, so losing the queue loses nothing.
"""

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

from flask import Flask
from huey import MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from redis import ConnectionPool, RedisError

from app import clock, config, patience

log = logging.getLogger(__name__)


def build_queue() -> Huey:
    chosen = config.settings()
    if os.environ.get("QUEUE_IN_MEMORY") == "1":  # the test suite
        return MemoryHuey("orientir", utc=True)
    if url := chosen["REDIS_URL"]:
        pool = ConnectionPool.from_url(str(url), **patience.redis(answer=patience.REDIS_QUEUE))
        return RedisHuey("orientir", connection_pool=pool, utc=True)
    file = Path(str(chosen["QUEUE_FILE"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("orientir", filename=str(file), utc=True)


queue = build_queue()
_app: list[Flask] = []
_stop: list[Event] = []
REST = 15  # seconds without wake-ups after one has failed: a silent Redis costs one visitor
_asleep_until = [0.0]


def job(
    act: Callable[[], object], *, every_minutes: int = 0, daily_at: str = ""
) -> Callable[[], None]:
    """Register an act without arguments; the returned function wakes the worker for it.

    Waking is cheap and idempotent: while a wake-up waits in the queue another is not
    added. With ``every_minutes`` the worker also does it by itself, so a wake-up that
    was lost (the queue was away, the worker was killed) is only late. With ``daily_at``
    («03:30», on the region's clock) the worker does it once a day.
    """
    name = f"{act.__module__}.{act.__name__}"
    waiting = f"waiting:{name}"

    def run() -> None:
        queue.delete(waiting)  # first: who writes from now on wakes us again
        with _app[0].app_context():
            act()

    task: Any = queue.task(name=name)(run)
    if every_minutes:
        minutes = crontab(minute=f"*/{every_minutes}")
        queue.periodic_task(minutes, name=f"{name}.by_the_clock")(run)
    if daily_at:
        queue.periodic_task(at(daily_at), name=f"{name}.once_a_day")(run)

    def wake() -> None:
        if time.monotonic() < _asleep_until[0]:
            return
        try:
            if queue.put_if_empty(waiting, 1):
                task()
        except Exception as error:  # the act is committed; the clock will bring the worker
            _asleep_until[0] = time.monotonic() + REST
            kind = type(error).__name__
            log.warning("the queue is out of reach (%s): %s waits for the clock", kind, name)

    return wake


class NowAndThen(logging.Filter):
    """The queue's own complaints: one line a minute instead of a page each second."""

    def __init__(self) -> None:
        super().__init__()
        self.silent_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info is None or not isinstance(record.exc_info[1], (RedisError, OSError)):
            return True
        if time.monotonic() < self.silent_until:
            return False
        self.silent_until = time.monotonic() + 60
        record.exc_info, record.exc_text = None, None
        return True


def at(local_time: str) -> Callable[[datetime], bool]:
    """Whether a moment of the queue (UTC, asked each minute) is this one of the day."""

    def is_now(moment: datetime) -> bool:
        return clock.to_local(moment).strftime("%H:%M") == local_time

    return is_now


def work() -> None:
    """Run jobs until told to stop; SIGTERM lets the one being done come to an end."""
    consumer = queue.create_consumer(
        workers=1, periodic=True, initial_delay=0.2, max_delay=1.0, graceful_signal="TERM"
    )
    _stop[:] = [consumer.stop_flag]
    for name in ("huey.consumer", "huey.consumer.Worker", "huey.consumer.Scheduler"):
        logging.getLogger(name).addFilter(NowAndThen())
    consumer.run()


def is_stopping() -> bool:
    """The worker was told to stop: a long job ends at the next good moment."""
    return any(flag.is_set() for flag in _stop)


def init_app(app: Flask) -> None:
    _app[:] = [app]
