"""A process that does one kind of heavy work and may be killed: ``python -I
process.py TASK MEMORY_MB CPU_SECONDS IDLE_SECONDS``.

TASK is «module:function». Standard input is a socket, over which jobs come: each is a socket
of its own, from which the arguments are read (pickled) and to which the answer is written: a
line of JSON, then bytes. Nothing that comes back is unpickled: what was opened here may have
taken this process over.

With IDLE_SECONDS it does job after job, several at once, each in a thread, and ends by itself
when nobody asks for so long; without, it does one. It ends when whoever started it is gone.
"""

import importlib
import json
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from types import ModuleType
from typing import Any

NICE = 5  # pages go first
OOM_SCORE = "600"  # of 1000: when memory is short, the kernel ends this one, not the site
Task = Callable[..., tuple[Any, bytes]]


def main() -> None:
    task, memory, seconds, idle = sys.argv[1], *map(int, sys.argv[2:5])
    settle(memory * 2**20, seconds)
    control = socket.socket(fileno=0)
    act = task_of(task)
    if idle:
        keep_working(act, control, idle)
    elif job := next_job(control):
        answer(act, job)


def settle(memory: int, seconds: int) -> None:
    """Take the limits upon itself. Whoever started it says when it ends, not the terminal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.nice(NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def task_of(name: str) -> Task:
    """The package «app» is entered without its __init__, which imports the whole site."""
    package = ModuleType("app")
    package.__path__ = [str(Path(__file__).parent.parent)]
    sys.modules["app"] = package
    module, _, function = name.partition(":")
    found: Task = getattr(importlib.import_module(module), function)
    return found


def next_job(control: socket.socket) -> socket.socket | None:
    """None when whoever started this process is gone."""
    _sign, handles, _flags, _address = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=handles[0]) if handles else None


class Jobs:
    """How many are being done."""

    def __init__(self) -> None:
        self.lock, self.number = Lock(), 0

    def count(self, more: int) -> None:
        with self.lock:
            self.number += more


def keep_working(act: Task, control: socket.socket, idle: int) -> None:
    jobs = Jobs()

    def do(job: socket.socket) -> None:
        try:
            answer(act, job)
        finally:
            jobs.count(-1)

    control.settimeout(idle)
    while True:
        try:
            job = next_job(control)
        except TimeoutError:
            if jobs.number:
                continue
            return
        if job is None:
            os._exit(0)  # threads that still print do so for nobody
        job.settimeout(None)
        jobs.count(1)
        Thread(target=do, args=(job,), daemon=True).start()


def answer(act: Task, job: socket.socket) -> None:
    with job, job.makefile("rb") as given:
        size = int.from_bytes(given.read(8), "big")
        arguments = pickle.loads(given.read(size))  # noqa: S301 - from the process that began us
        told, content = result(act, arguments)
        head = json.dumps({**told, "size": len(content)}).encode()
        with suppress(OSError):  # who asked has given up waiting
            job.sendall(head + b"\n" + content)


def result(act: Task, arguments: tuple[Any, ...]) -> tuple[dict[str, Any], bytes]:
    try:
        told, content = act(*arguments)
    except MemoryError:
        return {"too_much": "memory"}, b""
    except Exception as failure:
        if type(failure).__name__ == "Refused":
            return {"refused": str(failure)}, b""
        # Without its message, in which names may stand.
        where = "".join(traceback.format_tb(failure.__traceback__))
        return {"broken": f"{type(failure).__name__}\n{where}"}, b""
    return {"told": told}, content


if __name__ == "__main__":
    main()
