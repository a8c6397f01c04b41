"""How long the site waits for its neighbours before it says that they are away.

A neighbour that refuses is harmless; one that is silent takes every thread that asks it.
So each wait has an end: the server's own limits, and one on this side for a network that
swallows everything.
"""

import select
import time
from collections.abc import Callable
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.errors import _WaitTimeout
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT = 3  # seconds; psycopg waits no less than 2
LOCK = 5
STATEMENT = 10
IDLE_IN_TRANSACTION = 60
FREE_CONNECTION = 5  # all of a process's connections are taken
BUSY_FILE = 10  # SQLite: somebody else writes
COMMAND = 1800  # migrations, imports, the worker
GRACE = 2  # the server's own limit comes first, with a better word
AFTER_A_REFUSAL = 1.0  # nobody else tries to connect meanwhile
REDIS = 1
REDIS_QUEUE = 3  # the worker's read may block for a second on purpose


def postgresql(*, statement: float, lock: float, idle: float) -> dict[str, object]:
    """Arguments for a connection: PostgreSQL ends by itself what takes too long."""
    limits = {
        "statement_timeout": statement,
        "lock_timeout": lock,
        "idle_in_transaction_session_timeout": idle,
    }
    return {
        "connect_timeout": CONNECT,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "options": " ".join(f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items()),
    }


def redis(*, answer: float = REDIS) -> dict[str, Any]:
    """Arguments for a client: each user of it decides by itself what to do without Redis."""
    return {
        "socket_connect_timeout": REDIS,
        "socket_timeout": answer,
        "retry": Retry(NoBackoff(), 0),
    }


class RanOut(psycopg.OperationalError):
    """The server said nothing for too long: the network swallows, or it stands still."""


class PatientConnection(psycopg.Connection[Any]):
    """Ends a wait by itself: the server's limits do not arrive through a dead network, and
    TCP sees nothing where something in between still takes every packet."""

    seconds: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.seconds)
        except _WaitTimeout as silent:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise RanOut("the server has not answered in time") from silent


def connecting(seconds: float | None) -> Callable[..., Any]:
    """A way to connect that waits so long for each answer. While a connection has just been
    refused the others are told at once: of a crowd one waits for the time-out, not each."""
    refused_at = [float("-inf")]

    def connect(_dialect: object, _record: object, args: Any, given: dict[str, Any]) -> Any:
        if time.monotonic() - refused_at[0] < AFTER_A_REFUSAL:
            raise psycopg.OperationalError("refused a moment ago")
        try:
            connection = PatientConnection.connect(*args, **given)
        except psycopg.OperationalError:
            refused_at[0] = time.monotonic()
            raise
        connection.seconds = seconds
        return connection

    return connect


def refuse_dead(connection: Any, _record: object, _proxy: object) -> None:
    """The pool's connection may have been ended meanwhile: the last word of the server (or
    the end of the stream) waits in its socket. Looking costs no round trip."""
    if not isinstance(connection, psycopg.Connection):
        return
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    if socket.poll(0):
        raise sa.exc.DisconnectionError("ended by the server")


def guard(engine: sa.Engine, seconds: float | None) -> None:
    if engine.dialect.name == "postgresql":
        sa.event.listen(engine, "do_connect", connecting(seconds))
        sa.event.listen(engine, "checkout", refuse_dead)
