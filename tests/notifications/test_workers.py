"""Real processes: two at once, one that dies, and the queue on SQLite and on Redis."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.base.config import ROOT, database_url
from app.base.db import db, transaction
from app.notifications.actions import notify
from app.notifications.models import Notification
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.notifications.mail_server import MailServer, mail_server
from tests.notifications.worker import application

pytestmark = pytest.mark.slow
LETTERS = 60


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[str]:
    """A database that processes can share, with its tables."""
    with fresh_database(POSTGRESQL) as url:
        url = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'letters.sqlite'}"
        with application(url).app_context():
            db.create_all()
            yield url
            db.session.remove()
            db.engine.dispose()


def write(number: int = 1) -> None:
    with transaction():
        for one in range(number):
            notify(f"user{one}@example.org", "log_in_link", name="Анна", link="http://localhost/x")


def workers(url: str, server: MailServer, manner: str, *, number: int = 2) -> list[int]:
    """Let so many work at once; how many letters each has sent."""
    command = [sys.executable, "-m", "tests.notifications.worker", url, str(server.port), manner]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    running = [subprocess.Popen(command, **pipes) for _ in range(number)]
    for worker in running:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in running:  # all are there: now
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [int(worker.communicate(timeout=60)[0]) for worker in running]


def test_two_workers_share_the_letters_and_send_none_twice(shared: str) -> None:
    write(LETTERS)
    with mail_server(pause=0.01) as server:
        sent = workers(shared, server, "guarded")
        assert sum(sent) == LETTERS
        assert min(sent) > 0, "one worker did everything: nothing was shared"
        assert len(server.references()) == len(set(server.references())) == LETTERS
    waiting = sa.select(sa.func.count()).where(Notification.sent_at.is_(None))
    assert db.session.scalar(waiting) == 0


def test_without_claims_the_same_two_send_doubles(shared: str) -> None:
    """The control: this test shows that the one above is able to fail."""
    write(LETTERS)
    with mail_server(pause=0.01) as server:
        workers(shared, server, "naive")
        assert len(server.references()) > len(set(server.references())) == LETTERS


def test_a_worker_that_dies_after_sending_sends_the_same_message_again(shared: str) -> None:
    """Rather twice than never, and the second can be told by its Message-ID."""
    write()
    with mail_server(pause=30) as server:  # the letter has arrived, the answer never comes
        command = [sys.executable, "-m", "tests.notifications.worker"]
        worker = subprocess.Popen(
            [*command, shared, str(server.port), "guarded"], cwd=ROOT, stdin=subprocess.PIPE
        )
        assert worker.stdin
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
        until(lambda: is_claimed())
        time.sleep(0.3)
        worker.kill()
        worker.wait()
        assert workers(shared, server, "guarded", number=1) == [0]  # still claimed
    with transaction():
        letter = db.session.scalars(sa.select(Notification)).one()
        db.session.refresh(letter)
        assert letter.claimed_until
        letter.claimed_until -= timedelta(minutes=10)
        reference = letter.reference
    with mail_server() as server:
        assert workers(shared, server, "guarded", number=1) == [1]
        assert server.references() == [f"<{reference}@localhost>"]


def is_claimed() -> bool:
    db.session.rollback()
    return bool(db.session.scalar(sa.select(Notification.claimed_until)))


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def queue(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    if kind == "redis":
        with redis(folder) as url:
            yield {"REDIS_URL": url}
    else:
        yield {"REDIS_URL": "", "QUEUE_FILE": str(folder / "queue.sqlite")}


WRITE = """
import wsgi
from app.base.db import transaction
from app.notifications.actions import notify
with wsgi.app.app_context(), transaction():
    notify("anna@example.org", "log_in_link", name="Анна", link="x")
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_the_worker_wakes_at_once_and_stops_when_told(
    shared: str, tmp_path: Path, kind: str
) -> None:
    outbox = tmp_path / "outbox"
    with queue(kind, tmp_path) as queue_settings:
        settings = {
            **os.environ,
            **queue_settings,
            "DATABASE_URL": shared,
            "OUTBOX": str(outbox),
            "SECRET_KEY": "for the worker",
        }
        settings.pop("QUEUE_IN_MEMORY", None)
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        worker = subprocess.Popen([*flask, "worker"], cwd=ROOT, env=settings)
        try:
            for already in range(2):  # the second proves that a wake-up is not lost after the first
                write_elsewhere = [sys.executable, "-c", WRITE]
                subprocess.run(write_elsewhere, cwd=ROOT, env=settings, check=True)
                until(lambda expected=already + 1: len(list(outbox.glob("*.eml"))) == expected)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=60) == 0
        finally:
            worker.kill()
            worker.wait()


def until(came_true: Any, *, seconds: float = 60) -> None:
    """Wait for it, not longer than needed."""
    deadline = time.monotonic() + seconds
    while not came_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
