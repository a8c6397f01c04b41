"""organization_states

Revision ID: 0007_organization_states
Revises: 0005_trip_notes
Create Date: 2026-11-29 02:50:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007_organization_states'
down_revision = "0006_school_relation"
branch_labels = None
depends_on = None

KINDS = (
    'ministry', 'municipal_authority', 'school', 'college', 'university', 'additional_education',
    'technopark', 'teacher_training', 'employment_centre', 'employer', 'public_organization',
)


def upgrade():
    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rejected_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('suspended_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('state_reason', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('registered_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_organization_registered_by_id_user'), 'user', ['registered_by_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index(batch_op.f('ix_organization_registered_by_id'), ['registered_by_id'], unique=False)
        batch_op.create_index('ix_organization_asking', ['approved_at', 'rejected_at', 'created_at'], unique=False)
        batch_op.create_index('ix_organization_suspended_at', ['suspended_at'], unique=False)
        batch_op.create_index('ix_organization_closed_at', ['closed_at'], unique=False)
    with op.batch_alter_table('organization', schema=None) as batch_op:  # it was for old rows
        batch_op.alter_column('state_reason', server_default=None)
    # Whoever registered one by hand was its first administrator.
    op.execute(
        "UPDATE organization SET registered_by_id = (SELECT user_id FROM membership"
        " WHERE membership.organization_id = organization.id AND role = 'admin'"
        " ORDER BY membership.id LIMIT 1) WHERE region_key IS NULL"
    )

    op.create_table('organization_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=400), nullable=False),
    sa.Column('short_name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='organizationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('refused_at', sa.DateTime(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user.id'], name=op.f('fk_organization_change_asked_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_organization_change_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organization_change')),
    sa.UniqueConstraint('organization_id', name=op.f('uq_organization_change_organization_id'))
    )
    with op.batch_alter_table('organization_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organization_change_asked_at'), ['asked_at'], unique=False)

    op.create_table('sent_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_sent_invitation_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_invitation'))
    )
    with op.batch_alter_table('sent_invitation', schema=None) as batch_op:
        batch_op.create_index('ix_sent_invitation_day', ['organization_id', 'sent_at'], unique=False)


def downgrade():
    op.drop_table('sent_invitation')
    op.drop_table('organization_change')
    # A program that knows no suspension must not let them act.
    op.execute(
        "UPDATE organization SET approved_at = NULL"
        " WHERE suspended_at IS NOT NULL OR closed_at IS NOT NULL"
    )
    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.drop_index('ix_organization_closed_at')
        batch_op.drop_index('ix_organization_suspended_at')
        batch_op.drop_index('ix_organization_asking')
        batch_op.drop_index(batch_op.f('ix_organization_registered_by_id'))
        batch_op.drop_constraint(batch_op.f('fk_organization_registered_by_id_user'), type_='foreignkey')
        batch_op.drop_column('registered_by_id')
        batch_op.drop_column('state_reason')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('suspended_at')
        batch_op.drop_column('rejected_at')
