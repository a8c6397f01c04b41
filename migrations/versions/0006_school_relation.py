"""school_relation

Revision ID: 0006_school_relation
Revises: 0005_trip_notes

Whoever stands in a class, has an account of their own or a guardian with one belongs to the
school that is written with them; what guests typed is only a claim, and so is every name of a
school that is not approved.
"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0006_school_relation'
down_revision = '0005_trip_notes'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('person', sa.Column('school_confirmed_at', sa.DateTime(), nullable=True))
    op.execute(
        """
        UPDATE person SET school_confirmed_at = created_at
        WHERE school_id IS NOT NULL AND (
            class_id IS NOT NULL
            OR school_id IN (SELECT id FROM organization WHERE approved_at IS NOT NULL)
            AND (
                user_id IS NOT NULL
                OR id IN (SELECT child_id FROM guardianship WHERE user_id IS NOT NULL)
            )
        )
        """
    )
    op.create_index('ix_person_school', 'person', ['school_id', 'school_confirmed_at'])
    op.drop_index('ix_person_school_id', table_name='person')


def downgrade():
    op.create_index('ix_person_school_id', 'person', ['school_id'])
    op.drop_index('ix_person_school', table_name='person')
    op.drop_column('person', 'school_confirmed_at')
