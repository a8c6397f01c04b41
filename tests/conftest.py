"""One application and one database for each test process; each test is undone.

``TEST_DATABASE_URL`` names a PostgreSQL server for the second run of the suite
(``make test`` does both); each process then makes a database of its own there.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QUEUE_IN_MEMORY"] = "1"
os.environ["RATELIMIT_ENABLED"] = "0"
os.environ["SIGNING_KEY"] = "b25seSBmb3IgdGVzdHMsIG9ubHkgZm9yIHRlc3RzISE="  # no file is made
for name in ("DATABASE_URL", "REDIS_URL", "SMTP_HOST", "DEMO"):
    os.environ.pop(name, None)

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.base.config import database_url
from app.base.db import db
from tests.browser import Browser
from tests.databases import fresh_database, undone

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")


def pytest_report_header() -> str:
    where = sa.make_url(POSTGRESQL).render_as_string() if POSTGRESQL else "SQLite (in memory)"
    return f"database: {where}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """PostgreSQL answers for rules, races and statements. What a page shows is asked once, on
    SQLite; that each page's statements work there too is asked by the fuzzer (tests/fuzz)."""
    if not POSTGRESQL:
        return
    shown = [item for item in items if "::TestScreen::" in item.nodeid]
    config.hook.pytest_deselected(items=shown)
    items[:] = [item for item in items if "::TestScreen::" not in item.nodeid]


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: the collector need not walk
    through it again and again, which took a sixth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with fresh_database(POSTGRESQL) as url:
        app = create_app(
            {
                "TESTING": True,
                "SECRET_KEY": "for tests",
                "SITE_URL": "http://localhost",
                "SERVER_NAME": None,
                "SQLALCHEMY_DATABASE_URI": database_url(url),
                "SQLALCHEMY_ENGINE_OPTIONS": {},
                "WTF_CSRF_ENABLED": False,
                "OUTBOX": str(tmp_path_factory.mktemp("outbox")),
                "FILES_FOLDER": str(tmp_path_factory.mktemp("files")),
                "PAPERS_FOLDER": str(tmp_path_factory.mktemp("papers")),
                "TOMBSTONES_FILE": str(tmp_path_factory.mktemp("tombstones") / "file.jsonl"),
                "SWEEP_GRACE_DAYS": 0,  # at once; tests of the grace set their own
            }
        )
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def shared_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose commits are real and whose database is its own: for what several
    do at the same moment, each in a thread."""
    with fresh_database(POSTGRESQL) as url:
        url = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'shared.sqlite'}"
        pool = {"pool_size": 12} if POSTGRESQL else {"connect_args": {"timeout": 30}}
        app = create_app(
            {
                "SECRET_KEY": "for tests",
                "SQLALCHEMY_DATABASE_URI": url,
                "SQLALCHEMY_ENGINE_OPTIONS": pool,
                "OUTBOX": str(tmp_path / "outbox"),
                "FILES_FOLDER": str(tmp_path / "files"),
                "PAPERS_FOLDER": str(tmp_path / "papers"),
                "TOMBSTONES_FILE": str(tmp_path / "tombstones.jsonl"),
            }
        )
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each test inside one transaction and undo it, commits included."""
    if request.node.get_closest_marker("e2e") or request.node.get_closest_marker("slow"):
        yield  # these start servers and processes with databases of their own
        return
    with undone(request.getfixturevalue("app")):
        yield


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def outbox(app: Flask) -> Path:
    """The folder where delivered letters appear, empty at first."""
    folder = Path(app.config["OUTBOX"])
    for letter in folder.glob("*"):
        letter.unlink()
    return folder
