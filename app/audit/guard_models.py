"""The log is only added to: the database itself refuses everything else.

Three acts stay possible, each by a rule that the database can check:

- A row is deleted when it is older than the log is kept (``YEARS_KEPT``), on the database's
  own clock: the daily task of ``documents.retention`` needs no other key, and a wrong clock
  of the application deletes nothing.
- ``user_id`` or ``organization_id`` becomes nothing when that row itself is gone (the foreign
  key's ON DELETE SET NULL); whatever else stands in the entry stays.
- Whoever owns the tables may take the triggers off, as the migration down does. Where that
  is to be refused too, the site runs under a role that does not own them (docs/deployment.md).

The same statements make the triggers for the tests' tables and in the migration.
"""

import sqlalchemy as sa

from app.base.db import db

TABLE = "audit_entry"
YEARS_KEPT = 3
REFUSAL = "entries of the audit log are only added"
# An UPDATE that only forgets whose account, or which organization, it was: both are gone.
COLUMNS = ("id", "at", "action", "object_type", "object_id", "address")
OWNERS = {"user_id": '"user"', "organization_id": "organization"}


def only_forgets(same: str) -> str:
    """The condition of an allowed change; ``same``: how the dialect says «is the same»."""
    kept = [f"NEW.{name} {same} OLD.{name}" for name in COLUMNS]
    kept.append(f"CAST(NEW.details AS TEXT) {same} CAST(OLD.details AS TEXT)")
    for name, table in OWNERS.items():
        gone = f"NOT EXISTS (SELECT 1 FROM {table} AS owner WHERE owner.id = OLD.{name})"  # noqa: S608
        kept.append(f"(NEW.{name} {same} OLD.{name} OR (NEW.{name} IS NULL AND {gone}))")
    return " AND ".join(kept)


ON_SQLITE = (
    # INSERT OR REPLACE deletes without asking the trigger for DELETE.
    f"""CREATE TRIGGER {TABLE}_not_replaced BEFORE INSERT ON {TABLE}
    WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608
    f"""CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE}
    WHEN NOT ({only_forgets("IS")})
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE}
    WHEN OLD.at >= datetime('now', '-{YEARS_KEPT} years')
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
OFF_SQLITE = tuple(
    f"DROP TRIGGER IF EXISTS {TABLE}_not_{act}" for act in ("replaced", "changed", "deleted")
)
ON_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION {TABLE}_is_only_added() RETURNS trigger AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND {only_forgets("IS NOT DISTINCT FROM")} THEN
        RETURN NEW;
      ELSIF TG_OP = 'DELETE'
          AND OLD.at < (now() AT TIME ZONE 'utc') - INTERVAL '{YEARS_KEPT} years' THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
    END $$ LANGUAGE plpgsql""",
    f"""CREATE TRIGGER {TABLE}_is_kept BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_is_only_added()""",
    f"""CREATE TRIGGER {TABLE}_is_not_emptied BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_is_only_added()""",
)
OFF_POSTGRESQL = (
    f"DROP TRIGGER IF EXISTS {TABLE}_is_not_emptied ON {TABLE}",
    f"DROP TRIGGER IF EXISTS {TABLE}_is_kept ON {TABLE}",
    f"DROP FUNCTION IF EXISTS {TABLE}_is_only_added()",
)


def put_on(connection: sa.Connection) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    for statement in ON_SQLITE if on_sqlite else ON_POSTGRESQL:
        connection.exec_driver_sql(statement)


def take_off(connection: sa.Connection) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    for statement in OFF_SQLITE if on_sqlite else OFF_POSTGRESQL:
        connection.exec_driver_sql(statement)


def are_on(connection: sa.Connection) -> bool:
    """For ``flask doctor``: a table that was made anew by hand has lost them."""
    on_sqlite = connection.dialect.name == "sqlite"
    query = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
        if on_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(:table) "
        "AND NOT tgisinternal AND tgenabled <> 'D'"
    )
    found = connection.execute(sa.text(query), {"table": TABLE}).scalar() or 0
    return found >= (len(ON_SQLITE) if on_sqlite else len(ON_POSTGRESQL) - 1)


def may_be_deleted() -> sa.TextClause:
    """The condition of the trigger, for the task that deletes what is kept no longer."""
    on_sqlite = db.engine.dialect.name == "sqlite"
    return sa.text(
        f"{TABLE}.at < datetime('now', '-{YEARS_KEPT} years')"
        if on_sqlite
        else f"{TABLE}.at < (now() AT TIME ZONE 'utc') - INTERVAL '{YEARS_KEPT} years'"
    )
