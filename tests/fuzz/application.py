"""The application as it is fuzzed: answers 500 where the tests would see the exception."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

os.environ["QUEUE_IN_MEMORY"] = "1"
os.environ["RATELIMIT_ENABLED"] = "0"
os.environ["SIGNING_KEY"] = "b25seSBmb3IgdGVzdHMsIG9ubHkgZm9yIHRlc3RzISE="

from flask import Flask

from app import create_app
from app.base.config import database_url
from app.base.db import db
from tests.databases import fresh_database
from tests.fuzz.runner import Fuzzing


@contextmanager
def fuzzing(seed: int, only: Sequence[str] = ()) -> Iterator[Fuzzing]:
    """A run on a database of its own: in memory, or on the server TEST_DATABASE_URL names."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as folder, fresh_database(server) as url:
        app = fuzzed_application(url, folder)
        with app.app_context():
            db.create_all()
            yield Fuzzing(app, seed, only)
            db.session.remove()
            db.engine.dispose()


def fuzzed_application(url: str, folder: str) -> Flask:
    return create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "SECRET_KEY": "for fuzzing",
            "SITE_URL": "http://localhost",
            "SQLALCHEMY_DATABASE_URI": database_url(url),
            "SQLALCHEMY_ENGINE_OPTIONS": {},
            "WTF_CSRF_ENABLED": False,
            "OUTBOX": f"{folder}/outbox",
            "FILES_FOLDER": f"{folder}/files",
            "PAPERS_FOLDER": f"{folder}/papers",
            "TOMBSTONES_FILE": f"{folder}/tombstones.jsonl",
        }
    )
