"""Redis silent, gone and back: people log in all the same, letters are only late."""

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from app.base.config import ROOT
from app.base.db import db
from bench.servers import free_port
from tests.load.neighbours.sick import (
    Visitor,
    at_once,
    is_well_apart,
    process,
    redis,
    settings,
    site,
    until,
)
from tests.notifications.worker import application

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_alone]
WORKER = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
WRITE = """
import wsgi
from app.base.db import transaction
from app.notifications.actions import notify
with wsgi.app.app_context(), transaction():
    notify("anna@example.org", "log_in_link", name="Анна", link="x")
"""


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """A site of its own: where its database, its Redis and its letters are."""
    url = f"sqlite:///{tmp_path / 'site.sqlite'}"
    with application(url).app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    return {
        "DATABASE_URL": url,
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "OUTBOX": str(tmp_path / "outbox"),
    }


def port_of(place: dict[str, str]) -> int:
    return int(place["REDIS_URL"].rpartition(":")[2].partition("/")[0])


def test_nobody_is_shut_out_without_redis(place: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with redis(port_of(place), tmp_path) as server, site(log, **place) as port:
        visitors = [Visitor(port).ready_to_log_in() for _ in range(4)]
        assert visitors[0].log_in().status == 422
        assert "limits_in_memory" not in visitors[0].get("/readyz").text

        server.send_signal(signal.SIGSTOP)  # it takes every word and says none
        trying = at_once([visitor.log_in for visitor in visitors])
        is_well_apart(port)
        assert [answer.result().status for answer in trying] == [422] * 4
        sick = visitors[0].get("/readyz")
        assert sick.status == 200, "the site serves without Redis"
        assert '"limits_in_memory"' in sick.text
        assert '"queue"' in sick.text

        server.kill()
        assert [visitor.log_in().status for visitor in visitors] == [422] * 4
        assert log.read_text().count("count in memory") == 1, "once, not for each request"
        assert "Traceback" not in log.read_text()

        with redis(port_of(place), tmp_path):
            until(lambda: visitors[0].log_in() and is_counted_together(visitors[0]))


def is_counted_together(visitor: Visitor) -> bool:
    return "limits_in_memory" not in visitor.get("/readyz").text


def test_the_worker_outlives_redis(place: dict[str, str], tmp_path: Path) -> None:
    """It is there before Redis and after it, and ends when told while Redis is away."""
    outbox = Path(place["OUTBOX"])
    with process(WORKER, tmp_path / "log", **place) as worker:
        for number in (1, 2):
            with redis(port_of(place), tmp_path):
                write(place)
                until(partial(has_letters, outbox, number))
        write(place)  # without Redis: stored, and nobody is told
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=60) == 0


def has_letters(outbox: Path, number: int) -> bool:
    return len(list(outbox.glob("*.eml"))) == number


def write(place: dict[str, str]) -> None:
    command = [sys.executable, "-c", WRITE]
    subprocess.run(command, cwd=ROOT, env=settings(**place), check=True)
