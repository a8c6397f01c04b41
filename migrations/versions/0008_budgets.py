"""budgets

What has been spent of budgets, which mailboxes have answered, and letters that wait for that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_budgets"
down_revision = "0007_organization_states"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_spent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("spent <= most", name=op.f("ck_budget_spent_not_overspent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_spent")),
        sa.UniqueConstraint("key", name=op.f("uq_budget_spent_key")),
    )
    op.create_index(op.f("ix_budget_spent_ends_at"), "budget_spent", ["ends_at"])
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("key", name=op.f("uq_mailbox_key")),
    )
    op.create_index(op.f("ix_mailbox_written_at"), "mailbox", ["written_at"])
    op.add_column("notification", sa.Column("held_for", sa.String(64), nullable=True))
    op.create_index(op.f("ix_notification_held_for"), "notification", ["held_for"])


def downgrade() -> None:
    # Nobody would ever send those that wait; their tickets stand on the site.
    op.execute(sa.text("DELETE FROM notification WHERE held_for IS NOT NULL"))
    op.drop_index(op.f("ix_notification_held_for"), "notification")
    op.drop_column("notification", "held_for")
    op.drop_table("mailbox")
    op.drop_table("budget_spent")
