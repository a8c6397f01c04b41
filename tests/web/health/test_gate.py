"""Whatever pages wait for, files, /healthz and other pages find a place."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Event
from typing import Any

import pytest

from app.web.health import gate
from app.web.health.gate import TURNED_AWAY, Gate, Room

pytestmark = pytest.mark.sqlite_alone


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "LONGEST_WAIT", 0.01)


class Site:
    """An application whose pages wait until they are let go."""

    def __init__(self) -> None:
        self.gate = Gate(self.answer)
        self.go = Event()
        self.threads = ThreadPoolExecutor(16)

    def answer(self, environ: dict[str, Any], _start: object) -> list[bytes]:
        if environ.get(TURNED_AWAY):
            return [b"later"]
        if "inside" in environ:
            environ["inside"].wait(timeout=60)
            self.go.wait(timeout=60)
        return [b"here"]

    def ask(self, path: str = "/events", method: str = "GET", **more: object) -> bytes:
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **more}
        return b"".join(self.gate(environ, lambda *_: None))

    def fill(self, number: int, method: str) -> None:
        """So many pages begin and do not end."""
        inside = Barrier(number + 1)
        for _ in range(number):
            self.threads.submit(self.ask, method=method, inside=inside)
        inside.wait(timeout=60)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.go.set()
    site.threads.shutdown()


def test_a_full_house_asks_to_come_later_and_healthz_stays(site: Site) -> None:
    site.fill(8, "GET")
    assert site.ask() == b"later"
    assert site.ask("/healthz") == b"here"
    assert site.ask("/readyz") == b"here"


def test_places_are_given_back(site: Site) -> None:
    site.fill(8, "GET")
    site.go.set()
    site.threads.shutdown()
    assert [site.ask() for _ in range(20)] == [b"here"] * 20


def test_changes_that_wait_leave_half_of_the_places_to_reading(site: Site) -> None:
    site.fill(4, "POST")
    assert site.ask(method="POST") == b"later"
    assert [site.ask() for _ in range(20)] == [b"here"] * 20


def test_while_nothing_moves_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "LONGEST_WAIT", 60)
    monkeypatch.setattr(gate, "STANDS_STILL", -1)
    room = Room(1, most_waiting=0)
    with ExitStack() as stack:
        assert stack.enter_context(room.entered())
        assert not stack.enter_context(room.entered())
