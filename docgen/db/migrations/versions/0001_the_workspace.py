"""The workspace.

Revision: 0001, after: nothing
"""

import sqlalchemy as sa
from alembic import op

from docgen.db import append_only
from docgen.db.models import WORDS

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("event", "decision", "override")
"""Tables whose rows are never changed nor removed."""


def upgrade() -> None:
    op.create_table('case_snapshot',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('contract_no', WORDS, nullable=True),
    sa.Column('order_nos', sa.JSON(), nullable=False),
    sa.Column('stored_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('sha256')
    )
    with op.batch_alter_table('case_snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_snapshot_case_no'), ['case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_snapshot_contract_no'), ['contract_no'], unique=False)

    op.create_table('document_number',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('form_id', sa.String(length=64), nullable=False),
    sa.Column('subject', WORDS, nullable=False),
    sa.Column('running', sa.Integer(), nullable=False),
    sa.Column('doc_no', WORDS, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('case_no', 'form_id', 'doc_no')
    )
    op.create_table('event',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('subject', WORDS, nullable=False),
    sa.Column('actor', WORDS, nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sa.UniqueConstraint('hash')
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_case_no'), ['case_no'], unique=False)

    op.create_table('override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('rule', sa.String(length=16), nullable=False),
    sa.Column('by', WORDS, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_override_case_no'), ['case_no'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('case_sha256', sa.String(length=64), nullable=False),
    sa.Column('as_of', sa.DateTime(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=False),
    sa.Column('pack_version', WORDS, nullable=False),
    sa.Column('pack_sha256', sa.String(length=64), nullable=False),
    sa.Column('rules_sha256', sa.String(length=64), nullable=False),
    sa.Column('policy_sha256', sa.String(length=64), nullable=False),
    sa.Column('report_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['case_sha256'], ['case_snapshot.sha256'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_case_no'), ['case_no'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('number_id', sa.Integer(), nullable=False),
    sa.Column('doc_no', WORDS, nullable=False),
    sa.Column('form_id', sa.String(length=64), nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.Column('subject', WORDS, nullable=False),
    sa.Column('title', WORDS, nullable=False),
    sa.Column('edition', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('file_stem', WORDS, nullable=False),
    sa.Column('template_sha256', sa.String(length=64), nullable=False),
    sa.Column('case_sha256', sa.String(length=64), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('docx_sha256', sa.String(length=64), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=True),
    sa.Column('pages', sa.Integer(), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('issued_by', WORDS, nullable=False),
    sa.Column('supersedes', sa.String(length=36), nullable=True),
    sa.Column('void_reason', sa.Text(), nullable=True),
    sa.CheckConstraint('revision >= 0', name='revision_not_negative'),
    sa.ForeignKeyConstraint(['case_sha256'], ['case_snapshot.sha256'], ),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], ),
    sa.ForeignKeyConstraint(['number_id'], ['document_number.id'], ),
    sa.ForeignKeyConstraint(['supersedes'], ['document.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number_id', 'edition', 'revision')
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_case_no'), ['case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_doc_no'), ['doc_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_number_id'), ['number_id'], unique=False)
    append_only.protect(*APPEND_ONLY)


def downgrade() -> None:
    append_only.release(*APPEND_ONLY)
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_number_id'))
        batch_op.drop_index(batch_op.f('ix_document_doc_no'))
        batch_op.drop_index(batch_op.f('ix_document_case_no'))

    op.drop_table('document')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_case_no'))

    op.drop_table('decision')
    with op.batch_alter_table('override', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_override_case_no'))

    op.drop_table('override')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_case_no'))

    op.drop_table('event')
    op.drop_table('document_number')
    with op.batch_alter_table('case_snapshot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_snapshot_contract_no'))
        batch_op.drop_index(batch_op.f('ix_case_snapshot_case_no'))

    op.drop_table('case_snapshot')
