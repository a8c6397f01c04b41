"""A sign that the worker works: written each minute, by a job like any other.

It lies where the queue lies, so that every process that has the queue sees it.
"""

import time

from app.base.jobs import job, queue

KEY = "heartbeat"
STALE_AFTER = 5 * 60  # seconds: five signs were missed


def beat() -> None:
    queue.put(KEY, int(time.time()))


def is_stale() -> bool:
    """The worker has not shown for long, or never since the queue is there."""
    last = queue.get(KEY, peek=True)
    return last is None or time.time() - last > STALE_AFTER


job(beat, every_minutes=1)
