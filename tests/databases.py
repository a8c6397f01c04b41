"""Databases for tests: in memory, or one of its own on a PostgreSQL server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app.config import database_url


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
