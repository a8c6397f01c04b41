"""Neighbours that can be made sick, and the site beside them, as real processes."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.base.config import ROOT
from bench.servers import family, free_port

VISITORS = ThreadPoolExecutor(40)


def until(came_true: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for it, not longer than needed."""
    deadline = time.monotonic() + seconds
    while not came_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Visitor:
    """A browser with its cookies, as far as a form needs one."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            answer = connection.getresponse()
            for cookie in answer.msg.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            text = answer.read().decode(errors="replace")
            return Answer(
                answer.status, text, {name.lower(): value for name, value in answer.getheaders()}
            )
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def ready_to_log_in(self) -> "Visitor":
        """The form is open: its token is known."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/log-in").text)
        assert token
        self.token = token[1]
        return self

    def log_in(self) -> Answer:
        """With a wrong password: 422 says that everything was looked up and counted."""
        fields = {"csrf_token": self.token, "email": "anna@example.org", "password": "wrong-one"}
        return self.ask("POST", "/log-in", fields)


def at_once(acts: list[Callable[[], Answer]]) -> list[Future[Answer]]:
    return [VISITORS.submit(act) for act in acts]


def settings(**given: str) -> dict[str, str]:
    """The environment of a process of the site that is beside nobody by chance."""
    kept = {name: value for name, value in os.environ.items() if name != "QUEUE_IN_MEMORY"}
    return {
        **kept,
        "REDIS_URL": "",
        "SECRET_KEY": "for the sick",
        "RATELIMIT_ENABLED": "1",
        "WORKERS": "1",
        **given,
    }


@contextmanager
def process(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, and gone with its whole family at the end."""
    with log.open("wb") as written:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env=settings(**environment),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        members = list(family(started.pid))
        for member in members:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        started.wait()


@contextmanager
def site(log: Path, **environment: str) -> Iterator[int]:
    """The port of the site, as scripts/serve starts it."""
    port = free_port()
    with process(["scripts/serve"], log, PORT=str(port), **environment):
        until(lambda: is_up(port))
        yield port


def is_up(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        return Visitor(port).get("/healthz").status == 200
    return False


def is_well_apart(port: int) -> None:
    """What owes nothing to the sick neighbour answers as ever."""
    for path in ("/healthz", "/static/css/site.css"):
        assert Visitor(port).get(path).status == 200, path


@contextmanager
def redis(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("redis-server is not installed")
    command = [program, "--port", str(port), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port))
        yield server
    finally:
        server.kill()
        server.wait()


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


class Proxy:
    """Between the site and a server: passes everything on, or swallows everything."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = free_port()
        self.passes = threading.Event()
        self.passes.set()
        self.listening = socket.socket()

    def open(self) -> None:
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind(("127.0.0.1", self.port))
        self.listening.listen(100)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                threading.Thread(target=self.connect, args=(near,), daemon=True).start()

    def connect(self, near: socket.socket) -> None:
        self.passes.wait()
        far = socket.create_connection(self.target)
        threading.Thread(target=self.pump, args=(far, near), daemon=True).start()
        self.pump(near, far)

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                self.passes.wait()
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def swallow(self) -> None:
        self.passes.clear()

    def pass_on(self) -> None:
        self.passes.set()
