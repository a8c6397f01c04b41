"""A neighbour that is away is nobody's mistake: «try again in a minute», and no 500."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from redis.exceptions import TimeoutError as RedisTimeout

from app import create_app
from app.accounts.models import Device, User
from app.accounts.queries import hashed
from app.base import clock, config, jobs, patience
from app.base.db import db, transaction
from app.web.health import outages
from app.web.health.outages import LOST, Crowded, OnceMore, is_outage, was_lost
from tests.databases import read_only_again
from tests.factories import make_user

MINUTE = "Попробуйте через минуту"


@pytest.fixture(autouse=True)
def jobs_stay(app: Flask) -> Iterator[None]:
    """The last application made runs the jobs: give them back."""
    outages._no_notes_until[0] = 0
    yield
    outages._no_notes_until[0] = 0
    jobs.init_app(app)


def failure(kind: type[psycopg.Error] | None = None, *, code: int = 0) -> sa.exc.DBAPIError:
    """What SQLAlchemy raises for this error of PostgreSQL, or this code of SQLite."""
    if kind:
        return sa.exc.DBAPIError("SELECT", {}, kind("words of the server"))
    error = sqlite3.OperationalError("words of SQLite")
    error.sqlite_errorcode = code
    return sa.exc.DBAPIError("SELECT", {}, error)


class TestRule:
    @pytest.mark.parametrize(
        "error",
        [
            failure(psycopg.OperationalError),  # never connected
            failure(patience.RanOut),
            failure(psycopg.errors.LockNotAvailable),
            failure(psycopg.errors.QueryCanceled),
            failure(psycopg.errors.AdminShutdown),
            failure(psycopg.errors.DeadlockDetected),
            failure(psycopg.errors.SerializationFailure),
            failure(psycopg.errors.TooManyConnections),
            failure(psycopg.errors.DiskFull),
            failure(psycopg.errors.ReadOnlySqlTransaction),
            failure(psycopg.errors.IdleInTransactionSessionTimeout),
            failure(code=sqlite3.SQLITE_BUSY),
            failure(code=sqlite3.SQLITE_BUSY_SNAPSHOT),
            failure(code=sqlite3.SQLITE_READONLY),
            failure(code=sqlite3.SQLITE_FULL),
            failure(code=sqlite3.SQLITE_IOERR_WRITE),
            failure(code=sqlite3.SQLITE_CANTOPEN),
            sa.exc.TimeoutError("the pool is empty"),
            RedisTimeout(),
            Crowded(),
        ],
        ids=lambda error: outages.word_of(error),
    )
    def test_neighbours_that_are_away(self, error: Exception) -> None:
        assert is_outage(error)

    @pytest.mark.parametrize(
        "error",
        [
            failure(psycopg.errors.UndefinedTable),
            failure(psycopg.errors.SyntaxError),
            failure(psycopg.errors.UniqueViolation),
            failure(code=sqlite3.SQLITE_ERROR),
            ValueError(),
            None,
        ],
        ids=str,
    )
    def test_mistakes_of_ours_stay_mistakes(self, error: Exception | None) -> None:
        assert not is_outage(error)

    def test_pages_wait_shortly_and_commands_long(self) -> None:
        page = config.engine_options("postgresql://")["connect_args"]
        command = config.engine_options("postgresql://", for_command=True)["connect_args"]
        assert isinstance(page, dict)
        assert isinstance(command, dict)
        assert page["options"] == (
            "-c statement_timeout=10000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=60000"
        )
        assert "statement_timeout=1800000" in command["options"]
        assert page["connect_timeout"] == command["connect_timeout"] == 3

    def test_while_a_connection_is_refused_not_everybody_tries(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[object] = []

        def refuse(*_: object, **__: object) -> None:
            tries.append(1)
            raise psycopg.OperationalError

        monkeypatch.setattr(patience.PatientConnection, "connect", refuse)
        monkeypatch.setattr(patience, "AFTER_A_REFUSAL", 3600)
        connect = patience.connecting(None)
        for _ in range(5):
            with pytest.raises(psycopg.OperationalError):
                connect(None, None, [], {})
        assert len(tries) == 1


class TestOnceMore:
    """``environ[LOST]`` says that the connection was ended under the page."""

    def asked(self, method: str, *lost: bool) -> tuple[int, str]:
        """How often the page was made, and what the visitor got."""
        times: list[bool] = []

        def app(environ: dict[str, Any], start: Any) -> list[bytes]:
            environ[LOST] = lost[len(times)]
            times.append(True)
            start("503" if environ[LOST] else "200", [])
            return [b""]

        said: list[str] = []
        OnceMore(app)({"REQUEST_METHOD": method}, lambda status, _headers: said.append(status))
        assert len(said) == 1
        return len(times), said[0]

    def test_a_page_that_lost_its_connection_is_made_again(self) -> None:
        assert self.asked("GET", True, False) == (2, "200")
        assert self.asked("HEAD", True, False) == (2, "200")

    def test_only_once(self) -> None:
        assert self.asked("GET", True, True) == (2, "503")

    def test_one_that_is_silent_was_waited_for_enough(self) -> None:
        def lost(by: psycopg.Error) -> bool:
            return was_lost(sa.exc.DBAPIError("SELECT 1", {}, by, connection_invalidated=True))

        assert lost(psycopg.errors.AdminShutdown())
        assert not lost(patience.RanOut())

    def test_what_changes_something_is_not_done_twice(self) -> None:
        assert self.asked("POST", True) == (1, "503")


@pytest.fixture
def away(app: Flask) -> FlaskClient:
    """A site whose database cannot be opened, and a visitor who was logged in before."""
    settings = {
        "SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/orientir.sqlite",
        "SQLALCHEMY_ENGINE_OPTIONS": {},
        "WTF_CSRF_ENABLED": False,
    }
    return logged_in(create_app(settings), "token")


def logged_in(site: Flask, token: str) -> FlaskClient:
    client = site.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


class TestScreen:
    @pytest.mark.parametrize("address", ["/", "/events", "/me", "/nowhere", "/log-in"])
    def test_every_page_says_when_to_come_again(self, away: FlaskClient, address: str) -> None:
        answer = away.get(address)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert MINUTE in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in answer.headers

    def test_what_was_typed_is_behind_the_back_button(self, away: FlaskClient) -> None:
        answer = away.post("/log-in", data={"email": "anna@example.org", "password": "x"})
        assert answer.status_code == 503
        assert "«Назад»" in answer.text

    def test_a_panel_keeps_what_was_typed(self, away: FlaskClient) -> None:
        answer = away.post("/log-in", headers={"HX-Request": "true"})
        assert answer.status_code == 503
        assert answer.headers["HX-Retarget"] == "#messages"
        assert "Попробуйте через минуту" in answer.text

    def test_a_program_gets_json(self, away: FlaskClient) -> None:
        answer = away.get("/me", headers={"Accept": "application/json"})
        assert answer.status_code == 503
        assert answer.json
        assert "Попробуйте через минуту" in answer.json["error"]

    def test_a_mistake_of_ours_has_its_page_without_the_database_too(self) -> None:
        """The fault comes first, and then nobody is there to say who is logged in."""
        site = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/x.sqlite",
                           "SQLALCHEMY_ENGINE_OPTIONS": {}})  # fmt: skip

        def fails() -> None:
            raise ValueError("Иванов Иван, 2011 г. р.")

        site.before_request_funcs[None].insert(0, fails)
        answer = logged_in(site, "token").get("/events")
        assert answer.status_code == 500
        assert "У нас что-то сломалось" in answer.text

    def test_the_log_gets_one_line_without_values(
        self, away: FlaskClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        away.post("/log-in", data={"email": "anna@example.org", "password": "x"})
        [record] = caplog.records
        assert record.levelname == "WARNING"
        assert not record.exc_info
        assert "anna" not in caplog.text


class TestReadOnly:
    @pytest.fixture
    def token(self, shared_app: Flask) -> str:
        """Somebody who logged in an hour ago."""
        with shared_app.app_context(), transaction():
            user: User = make_user()
            earlier = clock.now() - timedelta(hours=1)
            device = Device(user_id=user.id, token_hash=hashed("token"), seen_at=earlier)
            db.session.add(device)
        return "token"

    def test_reading_goes_on(self, shared_app: Flask, token: str) -> None:
        visitor = logged_in(read_only_again(shared_app), token)
        assert [visitor.get("/me/security").status_code for _ in range(3)] == [200] * 3

    def test_a_note_that_failed_is_left_out_for_a_minute(
        self, shared_app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[int] = []

        def fails() -> None:
            tries.append(1)
            raise sa.exc.TimeoutError

        monkeypatch.setattr(outages, "_no_notes_until", [0.0])
        with shared_app.app_context():
            for _ in range(3):
                outages.note(fails)
            assert len(tries) == 1
            monkeypatch.setattr(outages, "_no_notes_until", [0.0])  # a minute later
            outages.note(fails)
        assert len(tries) == 2

    def test_changing_is_put_off(self, shared_app: Flask, token: str) -> None:
        visitor = logged_in(read_only_again(shared_app), token)
        answer = visitor.post("/me/security/devices/end-others")
        assert answer.status_code == 503
        assert MINUTE in answer.text


@pytest.mark.sqlite_alone
def test_a_file_that_somebody_else_writes_is_an_outage(
    shared_app: Flask, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": shared_app.config["SQLALCHEMY_DATABASE_URI"],
            "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 0.05}},
            "WTF_CSRF_ENABLED": False,
        }
    )
    holding = sqlite3.connect(tmp_path / "shared.sqlite", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    answer = site.test_client().post("/log-in", data={"email": "a@b.ru", "password": "x" * 12})
    holding.execute("ROLLBACK")
    holding.close()
    assert answer.status_code == 503
    assert MINUTE in answer.text


@pytest.mark.sqlite_alone
def test_what_sqlite_has_acknowledged_is_on_the_disk(shared_app: Flask) -> None:
    with shared_app.app_context():
        full = 2
        assert db.session.execute(sa.text("PRAGMA synchronous")).scalar_one() == full
