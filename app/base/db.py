"""The database: one session per request, one place that commits."""

import enum
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    mapped_column,
    registry,
)

from app.base import patience

IDLE = psycopg.pq.TransactionStatus.IDLE
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


M = TypeVar("M", bound=Base)

# What was committed stays readable without asking again; whoever needs it fresh refreshes.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:  # db.Model is built at run time; type checkers see its base
    Model = Base
else:
    Model = db.Model


@contextmanager
def transaction(*, longest_wait: float | None = None) -> Iterator[None]:
    """Commit what was done inside, or none of it. Nothing else commits.

    The transaction begins here and not with the first SELECT of the request: reading
    outside needs none. On SQLite it is IMMEDIATE: writers queue up at its beginning
    instead of failing in the middle. ``longest_wait``: seconds for what others hold,
    where that is to be shorter than usual.
    """
    try:
        begin(db.session.connection(), longest_wait=longest_wait)
        yield
        db.session.commit()
    except BaseException:
        db.session.info.pop("after_commit", None)
        db.session.rollback()
        raise
    with ExitStack() as acts:  # each of them, whatever becomes of the others
        for act in reversed(db.session.info.pop("after_commit", {}).values()):
            acts.callback(act)


def begin(connection: sa.Connection, *, longest_wait: float | None = None) -> None:
    """Begin, unless something around has begun already (a test's own transaction)."""
    if has_begun(connection):
        return
    if connection.dialect.name == "sqlite":
        begin_on_sqlite(connection, longest_wait)
        return
    connection.exec_driver_sql("BEGIN")
    if longest_wait is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {longest_wait * 1000:.0f}")


def begin_on_sqlite(connection: sa.Connection, longest_wait: float | None) -> None:
    """Whoever begins has the file: only beginning waits."""
    if longest_wait is None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    usual = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {longest_wait * 1000:.0f}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {usual}")


def has_begun(connection: sa.Connection) -> bool:
    raw = connection.connection.dbapi_connection
    if isinstance(raw, psycopg.Connection):
        return raw.info.transaction_status != IDLE
    return isinstance(raw, SqliteConnection) and raw.in_transaction


def refuse_writing_outside(session: Session, *_: object) -> None:
    """A row written outside transaction() would be stored at once, whatever follows."""
    if not has_begun(session.connection()):
        raise RuntimeError("Write inside «with transaction():»")


sa.event.listen(db.session, "before_flush", refuse_writing_outside)


def after_commit(name: str, act: Callable[[], object]) -> None:
    """Do this once when the transaction has been committed; forgotten if it is not."""
    db.session.info.setdefault("after_commit", {})[name] = act


def hold_row(row: Base, *columns: str) -> None:
    """Lock the row until the transaction ends and read it (or these columns) anew: of two
    who act at once the second sees what the first has done.

    The row alone is locked. It is read with whatever its first query read along, and
    PostgreSQL refuses to lock rows that an outer join may have found or not.
    """
    db.session.refresh(row, columns or None, with_for_update={"of": type(row)})


def insert_unless_there(
    model: type[M], values: dict[str, Any], *, unique: list[InstrumentedAttribute[Any]]
) -> M | None:
    """INSERT … ON CONFLICT DO NOTHING: of two who come at once, one inserts and gets the
    new object; the other gets None and finds it there."""
    dialect = db.session.connection().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(model)
    new = insert.values(**values).on_conflict_do_nothing(index_elements=unique)
    return db.session.scalars(new.returning(model)).one_or_none()


def insert_row_unless_there(
    model: type[Base], values: dict[str, Any], *, unique: list[InstrumentedAttribute[Any]]
) -> bool:
    """The same without making an object of the row, in half the time. Whether it inserted."""
    connection = db.session.connection()
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    new = insert(model.__table__).on_conflict_do_nothing(index_elements=unique)
    return connection.execute(new.returning(model.id), values).first() is not None


def set_up_connection(connection: Any, _record: object) -> None:
    """Neither driver begins by itself, transaction() does: a page that only reads saves
    two round trips of three. What SQLite has committed survives a power cut (FULL)."""
    if isinstance(connection, psycopg.Connection):
        connection.autocommit = True
    if isinstance(connection, SqliteConnection):
        connection.isolation_level = None
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        with suppress(SqliteError):  # a file that may only be read stays as it is
            connection.execute("PRAGMA journal_mode=WAL")


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        sa.event.listen(db.engine, "connect", set_up_connection)
        patience.guard(db.engine, app.config["DATABASE_SECONDS"] + patience.GRACE)
