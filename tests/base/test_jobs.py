"""Lanes: a slow one never holds up another, on each kind of queue; all end when told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from huey import MemoryHuey, SqliteHuey

from app.base import jobs
from app.base.config import ROOT
from tests.notifications.test_workers import queue, until

WORK = """
import os, sys, time
from pathlib import Path
import wsgi
from app.base import jobs

folder = Path(sys.argv[1])

def sick():
    (folder / "letters").touch()
    time.sleep(600)  # a mail server that never answers

def long():
    (folder / "heavy").touch()
    while not jobs.is_stopping():
        time.sleep(0.05)
    (folder / "ended").touch()

def quick():
    (folder / "quick").touch()

for act, lane in ((sick, "letters"), (long, "heavy"), (quick, "quick")):
    jobs.job(act, lane=lane)()
jobs.STOPS_WITHIN = 2.0
jobs.work()
"""


@pytest.mark.slow
@pytest.mark.sqlite_alone
@pytest.mark.parametrize("kind", ["sqlite", "redis", "memory"])
def test_a_sick_lane_holds_up_no_other_and_all_end_when_told(tmp_path: Path, kind: str) -> None:
    with queue(kind, tmp_path) as queue_settings:
        settings = {
            **os.environ,
            **queue_settings,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite'}",
            "SECRET_KEY": "for the worker",
        }
        if kind != "memory":
            settings.pop("QUEUE_IN_MEMORY", None)
        command = [sys.executable, "-c", WORK, str(tmp_path)]
        worker = subprocess.Popen(command, cwd=ROOT, env=settings)
        try:
            for lane in ("letters", "heavy", "quick"):
                until(lambda name=lane: (tmp_path / name).exists(), seconds=60)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=60) == 0
            assert (tmp_path / "ended").exists()  # the long job at its next good moment
        finally:
            worker.kill()
            worker.wait()


@pytest.fixture(params=["memory", "sqlite"])
def queues(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Queues of this test's own, in one memory or one file."""

    def made(lane: str) -> Any:
        if request.param == "memory":
            return MemoryHuey(lane, utc=True)
        return SqliteHuey(lane, filename=str(tmp_path / "queue.sqlite"), utc=True)

    found: dict[str, Any] = {lane: made(lane) for lane in jobs.LANES}
    monkeypatch.setattr(jobs, "queues", found)
    return found


class TestLanes:
    def test_each_job_waits_in_its_own(self, queues: dict[str, Any]) -> None:
        for lane in jobs.LANES:
            jobs.job(lambda: None, lane=lane, name=f"test of {lane}")()
        assert {lane: found.pending_count() for lane, found in queues.items()} == dict.fromkeys(
            jobs.LANES, 1
        )
        for name, found in queues.items():
            assert found.dequeue().name == f"test of {name}"
            assert found.dequeue() is None

    def test_what_goes_by_the_clock_stands_in_one_lane(self, queues: dict[str, Any]) -> None:
        jobs.job(lambda: None, lane="heavy", every_minutes=1, name="test by the clock")
        known = {lane: len(found._registry.periodic_tasks) for lane, found in queues.items()}
        assert known == {"quick": 0, "letters": 0, "heavy": 1}

    def test_letters_and_papers_have_lanes_of_their_own(self) -> None:
        lanes = {
            task.name: lane
            for lane, found in jobs.queues.items()
            for task in found._registry.periodic_tasks
        }
        assert lanes["app.notifications.delivery.deliver_waiting.by_the_clock"] == "letters"
        assert lanes["app.certificates.batches.work.work_on_batches.by_the_clock"] == "heavy"
        assert lanes["app.people.class_lists.actions.work_on_lists.by_the_clock"] == "heavy"
        assert lanes["sweep.holds.by_the_clock"] == "quick"


class TestStopping:
    def test_what_does_not_end_is_broken_off_in_time(
        self, queues: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "STOPS_WITHIN", 0.3)
        begun: list[bool] = []

        @queues["letters"].task(name="never ends")
        def never_ends() -> None:
            begun.append(True)
            time.sleep(20)

        never_ends()
        lane = jobs.OneLane(queues["letters"])
        lane.start()
        until(lambda: bool(begun), seconds=60)
        before = time.monotonic()
        jobs.stop([lane])
        assert time.monotonic() - before < 15  # and not the twenty
