"""Metadata of a record in its row instead of an object of their own; texts for the passages of search.

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('archive_record', sa.Column('description', sa.Text(), nullable=True))
    op.create_table('archive_body',
    sa.Column('record_seq', sa.Integer(), nullable=False),
    sa.Column('deflated', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['record_seq'], ['archive_record.seq'], ),
    sa.PrimaryKeyConstraint('record_seq')
    )


def downgrade() -> None:
    filled = sa.text("SELECT count(*) FROM archive_record WHERE description IS NOT NULL")
    if op.get_bind().scalar(filled):
        raise RuntimeError("archived metadata would be lost: restore a backup from before the upgrade instead")
    op.drop_table('archive_body')
    op.drop_column('archive_record', 'description')
