"""The database: one session per request, one place that commits."""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    mapped_column,
    registry,
)

CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def stored_by_value(members: type[enum.Enum], *, name: str | None = None) -> sa.Enum:
    """Enums are stored by value, as text with a CHECK constraint (``name`` where a table
    has two columns of the same enum)."""
    return sa.Enum(
        members,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        **({"name": name} if name else {}),
    )


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={
            enum.Enum: stored_by_value(enum.Enum),
            dict[str, Any]: sa.JSON(),
            list[str]: sa.JSON(),
        },
    )
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


# What was committed stays readable without asking again; whoever needs it fresh refreshes.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:  # db.Model is built at run time; type checkers see its base
    Model = Base
else:
    Model = db.Model


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what was done inside, or none of it. Nothing else commits.

    On SQLite the transaction is IMMEDIATE: writers queue up at its beginning instead
    of failing in the middle. Reading outside needs no transaction there.
    """
    try:
        connection = db.session.connection()
        raw = connection.connection.dbapi_connection
        if isinstance(raw, SqliteConnection) and not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        db.session.commit()
    except BaseException:
        db.session.info.pop("after_commit", None)
        db.session.rollback()
        raise
    for act in db.session.info.pop("after_commit", {}).values():
        act()


def after_commit(name: str, act: Callable[[], object]) -> None:
    """Do this once when the transaction has been committed; forgotten if it is not."""
    db.session.info.setdefault("after_commit", {})[name] = act


def insert_unless_there(
    model: type[Base], values: dict[str, Any], *, unique: list[InstrumentedAttribute[Any]]
) -> None:
    """INSERT … ON CONFLICT DO NOTHING: of two who come at once, one inserts."""
    dialect = db.session.connection().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(model)
    db.session.execute(insert.values(**values).on_conflict_do_nothing(index_elements=unique))


def set_up_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, SqliteConnection):
        connection.isolation_level = None  # transaction() begins, not the driver
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        sa.event.listen(db.engine, "connect", set_up_sqlite)
