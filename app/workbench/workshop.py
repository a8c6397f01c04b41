"""Where heavy work is done: in processes of their own, with a budget of memory and seconds,
which are killed when they overrun it.

Pages are served by four threads in each web process. Whoever waits for the workbench holds one
of them, so only so many may wait (Place); one is always left for pages. The others are asked
at once to come again: 503 with Retry-After.
"""

import json
import os
import pickle
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NamedTuple

from flask import current_app, has_request_context
from flask_babel import gettext as _
from flask_login import current_user

from app.base.rules import RuleBroken
from app.workbench.busy_page import Busy as Busy
from app.workbench.refusal import Refused

PROGRAM = Path(__file__).with_name("process.py")
MOST_ANSWER = 256 * 2**20  # bytes
ATTEMPTS = 3  # a process may have been ended on account of a neighbour's job
PASSED_ON = (
    "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "XDG_CACHE_HOME",
    "FONTCONFIG_FILE", "FONTCONFIG_PATH",
)  # fmt: skip
# Few heaps for many threads.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}


class TooMuch(RuleBroken):
    """What was sent takes more memory or time than anything may."""

    def __init__(self) -> None:
        super().__init__(
            _("The file is too complex: opening it takes more time or memory than there is. "
              "Make it smaller or simpler and send it again.")
        )  # fmt: skip


class Broken(RuntimeError):
    """The work failed by a mistake of ours."""


class Gone(Exception):
    """The process has ended without an answer."""


class Answer(NamedTuple):
    """What was told (as JSON knows it), and the bytes that were made."""

    told: Any
    content: bytes


# Who may wait


class Line:
    """Those in this process who hold a thread while they wait for the workbench."""

    def __init__(self) -> None:
        self.lock, self.waiting = Lock(), Counter[str]()

    @contextmanager
    def place(self, kind: str) -> Iterator[None]:
        most = current_app.config["HEAVY_AT_ONCE"]
        of_kind = current_app.config["HEAVY_AT_ONCE_OF_A_KIND"] if kind else most
        with self.lock:
            if self.waiting.total() >= most or self.waiting[kind] >= of_kind:
                raise Busy
            self.waiting[kind] += 1
        try:
            yield
        finally:
            with self.lock:
                self.waiting[kind] -= 1


line = Line()
_is_worker = ContextVar("is_worker", default=False)
VISITORS, FILES, STAFF = "visitors", "files", ""


@contextmanager
def in_the_worker() -> Iterator[None]:
    """Jobs that are done in a made-up request are turned away as little as others."""
    token = _is_worker.set(True)
    try:
        yield
    finally:
        _is_worker.reset(token)


@contextmanager
def place(kind: str | None = None) -> Iterator[None]:
    """Hold a place in the line meanwhile, or raise Busy. The worker is never turned away: it
    has threads for nothing else."""
    if _is_worker.get() or not has_request_context():
        yield
        return
    if kind is None:
        kind = STAFF if current_user.is_authenticated else VISITORS
    with line.place(kind):
        yield


# Processes


@dataclass(frozen=True)
class Budget:
    """``memory`` in megabytes; ``seconds`` to wait for an answer; ``cpu`` seconds of a process
    that does one job; ``idle`` seconds after which one that does many ends by itself."""

    memory: int
    seconds: float
    cpu: int = 0
    idle: int = 0


def environment() -> dict[str, str]:
    """Nothing secret: passwords and keys stand among the variables of the site."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ENVIRONMENT


class Process:
    """One at the workbench. It ends when this object, or the process that made it, is gone."""

    def __init__(self, task: str, budget: Budget) -> None:
        self.control, theirs = socket.socketpair()
        numbers = [str(one) for one in (budget.memory, budget.cpu, budget.idle)]
        with theirs:
            self.running = subprocess.Popen(  # noqa: S603 - our own file, no words of the user's
                [sys.executable, "-I", str(PROGRAM), task, *numbers],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=None if budget.idle else subprocess.DEVNULL,
                env=environment(),
            )
        Thread(target=self.running.wait, daemon=True).start()  # so that no zombie stays

    @property
    def is_alive(self) -> bool:
        return self.running.returncode is None

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.running.kill()
        self.control.close()

    def ask(self, arguments: tuple[Any, ...], seconds: float) -> Answer:
        """Raises Gone, TimeoutError, Refused, TooMuch or Broken."""
        deadline = time.monotonic() + seconds
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    socket.send_fds(self.control, [b"j"], [theirs.fileno()])
                ours.settimeout(seconds)
                job = pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL)
                ours.sendall(len(job).to_bytes(8, "big") + job)
                return understood(*received(ours, deadline))
            except TimeoutError:
                raise
            except OSError as gone:
                raise Gone from gone


def received(connection: socket.socket, deadline: float) -> tuple[dict[str, Any], bytes]:
    """The line of JSON, and the bytes that it announces."""
    content, size, head = bytearray(), None, {}
    while size is None or len(content) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        some = connection.recv(2**18)
        if not some:
            raise Gone
        content += some
        if size is None and b"\n" in content:
            first, _line, content = content.partition(b"\n")
            head = json.loads(first)
            size = head["size"]
        if len(content) > MOST_ANSWER:
            raise TooMuch
    return head, bytes(content)


def understood(head: dict[str, Any], content: bytes) -> Answer:
    if "refused" in head:
        raise Refused(head["refused"])
    if "too_much" in head:
        raise TooMuch
    if "broken" in head:
        raise Broken(head["broken"])
    return Answer(head["told"], content)


one_at_a_time = Lock()  # so much memory for each thread of a web process would be too much


def run(task: str, *arguments: Any, budget: Budget) -> Answer:
    """Do it in a process that lives for this alone. Raises TooMuch, Refused."""
    with one_at_a_time:
        process = Process(task, budget)
        try:
            return process.ask(arguments, budget.seconds)
        except (Gone, TimeoutError) as ended:
            raise TooMuch from ended
        finally:
            process.end()


class Workshop:
    """A process that is kept for the next job: begun when the first one comes, begun anew when
    it was killed, ended by itself after a quiet while."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.lock = Lock()
        self.process: Process | None = None
        self.begun_by = 0

    def ask(self, *arguments: Any, budget: Budget) -> Answer:
        for _attempt in range(ATTEMPTS):
            process = self.at_work(budget)
            try:
                return process.ask(arguments, budget.seconds)
            except TimeoutError as late:
                process.end()
                raise TooMuch from late
            except Gone:
                self.forget(process)
        raise TooMuch

    def at_work(self, budget: Budget) -> Process:
        with self.lock:
            if self.begun_by != os.getpid():  # of a parent that has forked
                self.process = None
            if self.process is None or not self.process.is_alive:
                self.process, self.begun_by = Process(self.task, budget), os.getpid()
            return self.process

    def forget(self, process: Process) -> None:
        with self.lock:
            process.end()
            if self.process is process:
                self.process = None
