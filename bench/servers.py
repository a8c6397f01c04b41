"""Servers for the measurement: the product and the floor, started alike, stopped for sure."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.base.config import ROOT

WORKERS, THREADS = 2, 128  # as scripts/serve; pages take eight of them (app/web/health/gate.py)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def command(server: str, target: str, port: int) -> list[str]:
    """The same settings for every application: 2 workers of many threads."""
    folder = Path(sys.executable).parent
    if server == "gunicorn":
        return [
            str(folder / "gunicorn"),
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(WORKERS),
            "--threads",
            str(THREADS),
            "--log-level",
            "error",
            target,
        ]
    return [
        str(folder / "granian"),
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
        "--blocking-threads",
        str(THREADS),
        "--no-ws",
        "--log-level",
        "error",
        target,
    ]


@contextmanager
def serving(
    target: str,
    *,
    server: str = "granian",
    environment: dict[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[tuple[int, int]]:
    """(port, process id) of a server that answers."""
    port = free_port()
    process = subprocess.Popen(
        [*command(server, target, port), *options],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(0.5)  # both workers
            return
    raise RuntimeError("the server does not answer")


def megabytes(process_id: int) -> float:
    """Memory of a process and its children, shared pages counted once (PSS)."""
    total = 0
    for one in family(process_id):
        rollup = Path(f"/proc/{one}/smaps_rollup")
        try:
            lines = rollup.read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def family(process_id: int) -> Iterator[int]:
    yield process_id
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))
