"""The archive: records, files, tree heads, the access log and the text index.

Revision: 0002, after: 0001
"""

import sqlalchemy as sa
from alembic import op

from docgen.db import append_only
from docgen.db.models import WORDS

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

APPEND_ONLY = ("archive_record", "archive_file", "tree_head", "archive_access")
"""Tables whose rows are never changed nor removed."""


def upgrade() -> None:
    op.create_index('ix_event_kind', 'event', ['kind'])
    op.create_table('archive_record',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('archive_no', WORDS, nullable=False),
    sa.Column('fonds', sa.String(length=16), nullable=False),
    sa.Column('category', sa.String(length=16), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('retention', sa.String(length=16), nullable=False),
    sa.Column('item_no', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('event_seq', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('doc_no', WORDS, nullable=False),
    sa.Column('title', WORDS, nullable=False),
    sa.Column('form_id', sa.String(length=64), nullable=False),
    sa.Column('edition', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('customer', WORDS, nullable=False),
    sa.Column('amount_cents', sa.BigInteger(), nullable=True),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('kept_until', sa.Date(), nullable=True),
    sa.Column('archived_at', sa.DateTime(), nullable=False),
    sa.Column('archived_by', WORDS, nullable=False),
    sa.CheckConstraint('item_no > 0', name='item_no_positive'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], ),
    sa.ForeignKeyConstraint(['event_seq'], ['event.seq'], ),
    sa.PrimaryKeyConstraint('seq'),
    sa.UniqueConstraint('archive_no'),
    sa.UniqueConstraint('document_id'),
    sa.UniqueConstraint('event_seq'),
    sa.UniqueConstraint('fonds', 'category', 'year', 'retention', 'item_no')
    )
    for column in ('case_no', 'doc_no', 'form_id', 'customer', 'amount_cents', 'dated'):
        op.create_index(f'ix_archive_record_{column}', 'archive_record', [column])
    op.create_table('archive_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_seq', sa.Integer(), nullable=False),
    sa.Column('event_seq', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('name', WORDS, nullable=False),
    sa.Column('media_type', WORDS, nullable=False),
    sa.Column('medium', sa.String(length=16), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['record_seq'], ['archive_record.seq'], ),
    sa.ForeignKeyConstraint(['event_seq'], ['event.seq'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('record_seq', 'role', 'sha256')
    )
    op.create_index('ix_archive_file_sha256', 'archive_file', ['sha256'])
    op.create_table('tree_head',
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('peaks', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('size')
    )
    op.create_table('archive_access',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('actor', WORDS, nullable=False),
    sa.Column('act', sa.String(length=32), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    append_only.protect(*APPEND_ONLY)
    # The index holds pairs of characters, not the text: it is built anew from the documents at any time.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            "CREATE TABLE archive_text (record_seq integer NOT NULL, part integer NOT NULL, "
            "several boolean NOT NULL, terms tsvector NOT NULL, PRIMARY KEY (record_seq, part))"
        )
        op.execute("CREATE INDEX ix_archive_text_terms ON archive_text USING gin (terms)")
        op.execute("CREATE INDEX ix_archive_text_several ON archive_text (record_seq) WHERE several")
    else:
        op.execute("CREATE VIRTUAL TABLE archive_text USING fts5(title, body, content='', tokenize='unicode61')")


def downgrade() -> None:
    op.execute("DROP TABLE archive_text")
    append_only.release(*APPEND_ONLY)
    op.drop_table('archive_access')
    op.drop_table('tree_head')
    op.drop_table('archive_file')
    op.drop_table('archive_record')
    op.drop_index('ix_event_kind', 'event')
