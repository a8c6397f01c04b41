"""Processes that die, hang and are told to end: nobody is missing, nobody stays behind."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from app.base.config import ROOT
from bench.servers import family, free_port
from tests.load.neighbours.sick import is_up, process, until

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_alone]


def command_of(member: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{member}/cmdline").read_text().replace("\0", " ")
    return ""


def web_workers(top: int) -> list[int]:
    """The workers of the web server somewhere under this process: its own children."""
    members = [member for member in family(top) if "granian" in command_of(member)]
    return members[1:]


def is_gone(member: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def site_under(folder: Path) -> dict[str, str]:
    return {
        "PORT": str(free_port()),
        "WORKERS": "2",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite'}",
        "QUEUE_FILE": str(folder / "queue.sqlite"),
    }


def test_a_dead_worker_is_replaced_and_all_end_with_the_top(tmp_path: Path) -> None:
    """As ``make run`` starts them; one of the workers does not even hear the signal."""
    environment = site_under(tmp_path)
    honcho = [".venv/bin/honcho", "-f", "Procfile", "start"]
    with process(honcho, tmp_path / "log", **environment) as top:
        until(lambda: is_up(int(environment["PORT"])))
        until(lambda: len(web_workers(top.pid)) == 2)
        victim, sound = web_workers(top.pid)
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(set(web_workers(top.pid)) - {victim}) == 2)
        until(lambda: is_up(int(environment["PORT"])))
        everybody = list(family(top.pid))
        os.kill(sound, signal.SIGSTOP)
        top.send_signal(signal.SIGTERM)
        until(lambda: all(map(is_gone, everybody)))


@pytest.mark.parametrize("whole_group", [True, False])
def test_systemd_ends_the_web_server(tmp_path: Path, whole_group: bool) -> None:
    """systemd signals everybody in the unit (KillMode=control-group) or the main one alone."""
    environment = {**site_under(tmp_path), "WORKERS": "1"}
    command = ["bash", "-c", "exec scripts/serve"]
    with process(command, tmp_path / "log", **environment) as top:
        until(lambda: is_up(int(environment["PORT"])))
        everybody = list(family(top.pid))
        assert len(everybody) == 2, "exec leaves no shell in between"
        (os.killpg if whole_group else os.kill)(top.pid, signal.SIGTERM)
        until(lambda: all(map(is_gone, everybody)))
        assert top.wait() == 0


def test_make_leaves_no_shell_between_itself_and_the_processes() -> None:
    """A shell that waits for its child is ended by the signal alone, and its child stays."""
    planned = subprocess.run(["make", "-n", "run"], cwd=ROOT, capture_output=True, text=True)
    assert planned.stdout.splitlines()[-1].startswith("exec .venv/bin/honcho")
