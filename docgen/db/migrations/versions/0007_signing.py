"""Signing: events by subject, and the ways of signers to their envelopes.

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_event_subject', 'event', ['subject'])
    op.create_table('signing_access',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('envelope_id', sa.String(length=36), nullable=False),
    sa.Column('signer', sa.String(length=64), nullable=False),
    sa.Column('bound_to', sa.String(length=64), nullable=False),
    sa.Column('link_sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=True),
    sa.Column('session_sha256', sa.String(length=64), nullable=True),
    sa.Column('agent_sha256', sa.String(length=64), nullable=True),
    sa.Column('code_hash', sa.String(length=128), nullable=True),
    sa.Column('code_salt', sa.String(length=32), nullable=True),
    sa.Column('code_sent_at', sa.DateTime(), nullable=True),
    sa.Column('codes_sent', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('refusals', sa.Integer(), nullable=False),
    sa.Column('identified_at', sa.DateTime(), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('closed_as', sa.String(length=16), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('link_sha256'),
    sa.UniqueConstraint('session_sha256')
    )
    op.create_index('ix_signing_access_envelope_id', 'signing_access', ['envelope_id'])


def downgrade() -> None:
    op.drop_table('signing_access')
    op.drop_index('ix_event_subject', 'event')
