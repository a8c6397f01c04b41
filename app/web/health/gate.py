"""How many pages are made at once, so that a few that wait never stop the rest.

The server has many threads, and threads are cheap while they wait; but pages may take only
some of them, and requests that change something only half of those. So whatever pages wait
for (a locked row, a database that is silent), files and ``/healthz`` find a free thread.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Any

from flask import Flask, request

from app.web.health.outages import SAFE, Crowded

TURNED_AWAY = "orientir.turned_away"  # in the environment of a request
FREE = {"/healthz"}
APART = {"/readyz"}  # it is asked just when all the others wait
PAGES_AT_ONCE, CHANGES_AT_ONCE = 8, 4
LONGEST_WAIT = 10.0  # seconds before a visitor is asked to come again
STANDS_STILL = 1.0  # seconds in which nobody came in or out


class Room:
    """So many at once; the others stand in line, not longer than some seconds. While
    nothing moves, the line is no longer than ``most_waiting``."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self.places = Semaphore(places)
        self.most_waiting = most_waiting
        self.waiting = 0
        self.moved_at = time.monotonic()
        self.lock = Lock()

    @contextmanager
    def entered(self) -> Iterator[bool]:
        """Whether a place was found; it is given back at the end."""
        if not (self.places.acquire(blocking=False) or self.has_waited()):
            yield False
            return
        self.moved_at = time.monotonic()
        try:
            yield True
        finally:
            self.moved_at = time.monotonic()
            self.places.release()

    def has_waited(self) -> bool:
        with self.lock:
            stands_still = time.monotonic() - self.moved_at > STANDS_STILL
            if stands_still and self.waiting >= self.most_waiting:
                return False
            self.waiting += 1
        try:
            return self.places.acquire(timeout=LONGEST_WAIT)
        finally:
            with self.lock:
                self.waiting -= 1


class Gate:
    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.pages, self.changes = Room(PAGES_AT_ONCE, 48), Room(CHANGES_AT_ONCE, 24)
        self.apart = Room(2, most_waiting=2)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        if path in FREE:
            return self.app(environ, start_response)
        if path in APART:
            with self.apart.entered() as found:
                return self.answer(environ, start_response, found=found)
        if environ["REQUEST_METHOD"] in SAFE:
            with self.pages.entered() as found:
                return self.answer(environ, start_response, found=found)
        with self.changes.entered() as may_change:
            if not may_change:
                return self.answer(environ, start_response, found=False)
            with self.pages.entered() as found:
                return self.answer(environ, start_response, found=found)

    def answer(self, environ: dict[str, Any], start_response: Any, *, found: bool) -> Any:
        environ[TURNED_AWAY] = not found
        return self.app(environ, start_response)


def turn_away() -> None:
    """Before anything else of a request: nothing is asked of anybody."""
    if request.environ.get(TURNED_AWAY):
        raise Crowded("no place to make this page in")


def init_app(app: Flask) -> None:
    app.before_request(turn_away)
    app.wsgi_app = Gate(app.wsgi_app)  # type: ignore[method-assign]
