"""A small load client: keep-alive connections, bounded in time, the same for every server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import median

HOST = "127.0.0.1"
CONNECTIONS = 8


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Tally:
    """What one connection did: finished journeys, their milliseconds, answers gone wrong."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Connection:
    """One keep-alive HTTP/1.1 connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection((HOST, self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(
        self,
        path: str,
        body: bytes = b"",
        *,
        gzip: bool = False,
        kind: str = "application/x-www-form-urlencoded",
        token: str = "",
    ) -> Answer:
        head = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: {HOST}:{self.port}"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if gzip:
            head.append("Accept-Encoding: gzip")
        if body:
            head.append(f"Content-Type: {kind}")
            if token:
                head.append(f"X-CSRFToken: {token}")
            head.append(f"Content-Length: {len(body)}")
            head.append(f"Referer: http://{HOST}:{self.port}{path}")
        self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        return self.read()

    def read(self) -> Answer:
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self.more()
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, cookie = value.partition(";")[0].partition("=")
                self.cookies[key] = cookie
            headers[name.lower()] = value
        if headers.get("transfer-encoding") == "chunked":
            body, self.rest = self.chunks(rest)
        else:
            length = int(headers.get("content-length", 0))
            while len(rest) < length:
                rest += self.more()
            body, self.rest = rest[:length], rest[length:]
        return Answer(int(first.split(" ")[1]), headers, body)

    def chunks(self, rest: bytes) -> tuple[bytes, bytes]:
        body = b""
        while True:
            while b"\r\n" not in rest:
                rest += self.more()
            size_text, _, rest = rest.partition(b"\r\n")
            size = int(size_text, 16)
            while len(rest) < size + 2:
                rest += self.more()
            body, rest = body + rest[:size], rest[size + 2 :]
            if size == 0:
                return body, rest

    def more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


# A journey is made for each connection and does one round each time it is called.
Journey = Callable[[Connection, int], None]


def _drive(port: int, journey: Journey, seconds: float, first: int, threads: int) -> list[Tally]:
    tallies = [Tally() for _ in range(threads)]
    until = time.perf_counter() + seconds

    def go(place: int) -> None:
        tally, connection = tallies[place], Connection(port)
        number = (first + place) * 1_000_000
        while (begun := time.perf_counter()) < until:
            number += 1
            try:
                journey(connection, number)
            except (AssertionError, OSError) as error:
                tally.wrong.append(str(error)[:200])
                connection = Connection(port)
            else:
                tally.milliseconds.append(1000 * (time.perf_counter() - begun))

    running = [threading.Thread(target=go, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return tallies


@dataclass(frozen=True)
class Speed:
    """``per_second`` journeys; ``middle`` and ``p95`` in milliseconds; ``wrong`` answers."""

    per_second: float
    middle: float
    p95: float
    wrong: tuple[str, ...]


def drive(port: int, journey: Journey, *, seconds: float = 4) -> Speed:
    """Eight connections from two processes of their own repeat the journey."""
    half = CONNECTIONS // 2
    with get_context("fork").Pool(2) as pool:
        jobs = [(port, journey, seconds, 1 + place * half, half) for place in range(2)]
        results = pool.starmap(_drive, jobs)
    tallies = [tally for result in results for tally in result]
    times = sorted(moment for tally in tallies for moment in tally.milliseconds)
    wrong = tuple(_all_wrong(tallies))
    if not times:
        return Speed(0, 0, 0, wrong)
    return Speed(len(times) / seconds, median(times), times[int(len(times) * 0.95)], wrong)


def _all_wrong(tallies: list[Tally]) -> Iterator[str]:
    for tally in tallies:
        yield from tally.wrong


@dataclass(frozen=True)
class Page:
    """The journey of opening one page."""

    path: str

    def __call__(self, connection: Connection, _number: int) -> None:
        answer = connection.ask(self.path)
        assert answer.status == 200, f"{self.path}: {answer.status}"
