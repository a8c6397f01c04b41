"""Health: what /healthz and /readyz say, and what they do not."""

import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.base import jobs
from app.base.db import db
from app.base.jobs import queue
from app.web.health import heartbeat
from app.web.health.readiness import LEAST_SPACE, nearest_folder
from app.web.security import limiter
from tests.databases import read_only_again

Space = namedtuple("Space", "total used free")


@pytest.fixture(autouse=True)
def worker() -> None:
    heartbeat.beat()


@pytest.fixture
def without_database(app: Flask) -> FlaskClient:
    """A site whose database cannot be opened."""
    away = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/secret-name/orientir.sqlite",
            "SQLALCHEMY_ENGINE_OPTIONS": {},
        }
    )
    jobs.init_app(app)
    return away.test_client()


def readyz(client: Any) -> tuple[int, list[str], list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json["failed"], answer.json["warnings"]


def test_all_is_well(app: Flask) -> None:
    assert readyz(app.test_client()) == (200, [], [])


def test_health_is_asked_of_nobody_else(without_database: FlaskClient) -> None:
    assert without_database.get("/healthz").json == {"status": "alive"}


def test_without_the_database_it_may_not_serve(without_database: FlaskClient) -> None:
    assert readyz(without_database) == (503, ["database"], [])


def test_nothing_is_told_that_is_not_for_strangers(without_database: FlaskClient) -> None:
    assert "nowhere" not in without_database.get("/readyz").text


def test_a_database_that_may_only_be_read_takes_no_sign_ups(shared_app: Flask, app: Flask) -> None:
    read_only = read_only_again(shared_app).test_client()
    jobs.init_app(app)
    assert readyz(read_only) == (503, ["database_read_only"], [])
    assert read_only.get("/events").status_code == 200


@pytest.mark.parametrize(
    ("free", "status", "failed", "warnings"),
    [
        (LEAST_SPACE - 1, 503, ["disk_full"], []),
        (LEAST_SPACE, 200, [], ["disk_nearly_full"]),
        (10**12, 200, [], []),
    ],
)
def test_a_disk_is_reported_before_it_is_full(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    status: int,
    failed: list[str],
    warnings: list[str],
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Space(10**12, 0, free))
    assert readyz(app.test_client()) == (status, failed, warnings)


def test_a_worker_that_has_not_been_seen_is_a_warning(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "STALE_AFTER", -1)
    assert readyz(app.test_client()) == (200, [], ["worker_stale"])
    queue.flush()
    assert heartbeat.is_stale(), "never seen"


def test_the_worker_beats_by_the_clock() -> None:
    names = {task.name for task in queue._registry.periodic_tasks}
    assert "app.web.health.heartbeat.beat.by_the_clock" in names


def test_a_queue_out_of_reach_is_a_warning(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise ConnectionError("redis://secret@host")

    monkeypatch.setattr(queue, "pending_count", fails)
    assert readyz(app.test_client()) == (200, [], ["queue"])


def test_limits_that_count_in_memory_are_a_warning(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "_storage_dead", True)
    assert readyz(app.test_client()) == (200, [], ["limits_in_memory"])


def test_readyz_leaves_nothing_in_the_database(app: Flask) -> None:
    before = tables()
    app.test_client().get("/readyz")
    assert tables() == before


def tables() -> set[str]:
    return set(sa.inspect(db.session.connection()).get_table_names())


def test_a_folder_that_is_not_there_yet_lies_on_its_parents_disk(tmp_path: Path) -> None:
    assert nearest_folder(tmp_path / "not" / "yet" / "made") == tmp_path
