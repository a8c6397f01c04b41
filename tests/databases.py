"""Databases for tests: in memory, or one of its own on a PostgreSQL server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.base import jobs
from app.base.config import database_url
from app.base.db import db


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of an empty database: on this PostgreSQL server, or SQLite in memory."""
    if not server:
        yield "sqlite://"
        return
    url = sa.make_url(database_url(server))
    name = f"orientir_test_{secrets.token_hex(6)}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Inside, everything happens in one transaction that is taken back at the end, whatever
    was committed meanwhile."""
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            outer = connection.get_transaction() or connection.begin()
            engines = cast(dict[str | None, Any], db.engines)
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            for queue in jobs.queues.values():
                queue.flush()
            jobs._asleep_until[0] = 0.0  # another test may have lost its queue
            Path(app.config["TOMBSTONES_FILE"]).unlink(missing_ok=True)
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()


def read_only_again(app: Flask) -> Flask:
    """Another application on the same database, which may only be read now."""
    url = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    options = {}
    if url.get_backend_name() == "sqlite":
        url = sa.make_url(f"sqlite:///file:{url.database}?mode=ro&uri=true")
    else:
        options = {"connect_args": {"options": "-c default_transaction_read_only=on"}}
    return create_app(
        {
            "SECRET_KEY": app.config["SECRET_KEY"],
            "WTF_CSRF_ENABLED": False,
            "SQLALCHEMY_DATABASE_URI": url.render_as_string(hide_password=False),
            "SQLALCHEMY_ENGINE_OPTIONS": options,
        }
    )
