"""account_guards: log-ins on shared computers and proofs, the audit log that only grows

Revision ID: 0010_account_guards
Revises: 0005_trip_notes
Create Date: 2026-11-29 02:50:00

"""
import sqlalchemy as sa
from alembic import op

revision = '0010_account_guards'
down_revision = "0008_budgets"
branch_labels = None
depends_on = None

# As app/audit/guard_models.py had it at this revision: a later change of it is a later migration.
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


def upgrade():
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_shared', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('code_hash', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('code_until', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('code_tries', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_user', ['user_id', 'at'], unique=False)
        batch_op.create_index('ix_audit_entry_object', ['object_type', 'object_id', 'at'], unique=False)
    on_sqlite = op.get_bind().dialect.name == 'sqlite'
    for statement in ON_SQLITE if on_sqlite else ON_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade():
    on_sqlite = op.get_bind().dialect.name == 'sqlite'
    for statement in OFF_SQLITE if on_sqlite else OFF_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_object')
        batch_op.drop_index('ix_audit_entry_user')
    with op.batch_alter_table('device', schema=None) as batch_op:
        for name in ('code_tries', 'code_until', 'code_hash', 'confirmed_at', 'is_shared'):
            batch_op.drop_column(name)
