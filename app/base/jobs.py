"""The queues: huey on Redis when REDIS_URL is set, else on a SQLite file.

``flask worker`` runs them: a lane each for letters, for what is quick and for what is heavy,
so that a sick mail server or a thick batch of papers holds up nobody else. Jobs only wake
somebody up: what is to be done stands in the database, so losing a queue loses nothing.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, Literal, get_args

from flask import Flask
from huey import MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.consumer import Consumer
from redis import ConnectionPool, RedisError

from app.base import clock, config, patience

log = logging.getLogger(__name__)
Lane = Literal["quick", "letters", "heavy"]
LANES: tuple[Lane, ...] = get_args(Lane)
STOPS_WITHIN = 8.0  # seconds from SIGTERM to the end, whatever a lane is at


def build_queue(lane: str) -> Huey:
    chosen = config.settings()
    name = f"orientir.{lane}"
    if os.environ.get("QUEUE_IN_MEMORY") == "1":  # the test suite
        return MemoryHuey(name, utc=True)
    if url := chosen["REDIS_URL"]:
        pool = ConnectionPool.from_url(str(url), **patience.redis(answer=patience.REDIS_QUEUE))
        return RedisHuey(name, connection_pool=pool, utc=True)
    file = Path(str(chosen["QUEUE_FILE"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(name, filename=str(file), utc=True)


queues: dict[Lane, Huey] = {lane: build_queue(lane) for lane in LANES}
queue = queues["quick"]  # by which the site asks whether the queues are within reach
_app: list[Flask] = []
_stop: list[Event] = []
REST = 15  # seconds without wake-ups after one has failed: a silent Redis costs one visitor
_asleep_until = [0.0]


def job(
    act: Callable[[], object],
    *,
    lane: Lane = "quick",
    every_minutes: int = 0,
    daily_at: str = "",
    name: str = "",
) -> Callable[[], None]:
    """Register an act without arguments; the returned function wakes the worker for it.

    One thread works in each ``lane``: what talks to a mail server goes to «letters», what
    takes more than a few seconds to «heavy».

    Waking is cheap and idempotent: while a wake-up waits in the queue another is not
    added. With ``every_minutes`` the worker also does it by itself, so a wake-up that
    was lost (the queue was away, the worker was killed) is only late. With ``daily_at``
    («03:30», on the region's clock) the worker does it once a day.
    """
    name = name or f"{act.__module__}.{act.__name__}"
    queue = queues[lane]
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
    """Run the jobs of all lanes until told to stop."""
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    for name in ("huey.consumer", "huey.consumer.Worker", "huey.consumer.Scheduler"):
        logging.getLogger(name).addFilter(NowAndThen())
    lanes = [OneLane(queues[lane]) for lane in LANES]
    _stop[:] = [told]
    for lane in lanes:
        lane.start()
    checked = time.monotonic()
    while not told.wait(1):
        if time.monotonic() - checked > 10:  # seconds
            checked = time.monotonic()
            for lane in lanes:
                lane.check_worker_health()
    stop(lanes)


def stop(lanes: "list[OneLane]") -> None:
    """All at once: each ends what it is doing, or its next good moment. What is not over in
    time is broken off, as by a power cut: its transaction is undone, the next worker goes on."""
    for lane in lanes:
        lane.stop_flag.set()
    until = time.monotonic() + STOPS_WITHIN
    for thread in [thread for lane in lanes for thread in lane.threads()]:
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            log.warning("a job is broken off: %s", thread.name)


class OneLane(Consumer):
    """A queue with a thread of its own, and the clock for its own periodic jobs. Signals are
    for the whole worker, not for a lane."""

    def __init__(self, queue: Huey) -> None:
        super().__init__(queue, workers=1, periodic=True, initial_delay=0.2, max_delay=1.0)

    def _set_signal_handlers(self) -> None:
        pass

    def threads(self) -> list[Thread]:
        return [self.scheduler, *(thread for _work, thread in self.worker_threads)]


def is_stopping() -> bool:
    """The worker was told to stop: a long job ends at the next good moment."""
    return any(flag.is_set() for flag in _stop)


def init_app(app: Flask) -> None:
    _app[:] = [app]
