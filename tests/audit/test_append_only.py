"""The database keeps the log, whoever asks: past the session, past the application."""

import importlib.util
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit import guard_models
from app.audit.models import AuditEntry
from app.base import clock
from app.base.config import ROOT
from app.base.db import db
from tests.factories import make_organization, make_user


def run(statement: str) -> Any:
    with db.session.begin_nested():
        return db.session.connection().exec_driver_sql(statement)


def entry(**given: Any) -> AuditEntry:
    one = AuditEntry(action="person.exported", **given)
    db.session.add(one)
    db.session.flush()
    return one


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET details = '{}'",
        "UPDATE audit_entry SET at = '2001-01-01 00:00:00'",
        "UPDATE audit_entry SET user_id = NULL",
        "UPDATE audit_entry SET organization_id = NULL",
        "UPDATE audit_entry SET id = id + 1000",
    ],
)
def test_statements_are_refused(attack: str) -> None:
    entry(user_id=make_user().id, organization_id=make_organization().id, details={"number": 1})
    with pytest.raises(sa.exc.DBAPIError, match="only added"):
        run(attack)
    assert run("SELECT action FROM audit_entry").scalars().all() == ["person.exported"]


def test_a_row_is_not_replaced_or_the_table_emptied() -> None:
    entry()
    on_sqlite = db.engine.dialect.name == "sqlite"
    attack = "REPLACE INTO audit_entry SELECT * FROM audit_entry" if on_sqlite else (
        "TRUNCATE audit_entry"
    )  # fmt: skip
    with pytest.raises(sa.exc.DBAPIError, match="only added"):
        run(attack)


def test_what_is_kept_no_longer_goes_and_nothing_else() -> None:
    """By the database's clock: that of the application may be wrong."""
    for days in (4 * 366, 2 * 365):
        entry(at=clock.now() - timedelta(days=days))
    table = guard_models.TABLE
    with db.session.begin_nested():
        gone = db.session.connection().execute(
            sa.delete(sa.table(table)).where(guard_models.may_be_deleted())
        )
    assert gone.rowcount == 1
    with pytest.raises(sa.exc.DBAPIError, match="only added"):
        run("DELETE FROM audit_entry")


def test_an_account_and_an_organization_can_go() -> None:
    user, organization = make_user(), make_organization()
    one = entry(user_id=user.id, organization_id=organization.id, details={"number": 3})
    run(f'DELETE FROM "user" WHERE id = {user.id}')  # noqa: S608
    run(f"DELETE FROM organization WHERE id = {organization.id}")  # noqa: S608
    db.session.refresh(one)
    assert (one.user_id, one.organization_id, one.details) == (None, None, {"number": 3})


def test_the_doctor_misses_the_guards() -> None:
    entry()
    connection = db.session.connection()
    assert guard_models.are_on(connection)
    guard_models.take_off(connection)
    assert not guard_models.are_on(connection)
    run("DELETE FROM audit_entry")  # the control: it is the triggers that refuse
    guard_models.put_on(connection)
    assert guard_models.are_on(connection)


def test_the_migration_guards_as_the_tests_tables_are_guarded() -> None:
    file = ROOT / "migrations" / "versions" / "0010_account_guards.py"
    spec = importlib.util.spec_from_file_location("migration", file)
    assert spec
    assert spec.loader
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    assert migration.ON_SQLITE == guard_models.ON_SQLITE
    assert migration.ON_POSTGRESQL == guard_models.ON_POSTGRESQL
