"""Which cases use an order number, so that it is found without reading all cases.

Revision: 0005, after: 0004
"""

import json

import sqlalchemy as sa
from alembic import op

from docgen.db.models import WORDS

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table('order_number',
    sa.Column('number', WORDS, nullable=False),
    sa.Column('case_no', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('number', 'case_no')
    )
    rows = op.get_bind().execute(sa.text("SELECT case_no, order_nos FROM case_snapshot"))
    used = {
        (number, row.case_no)
        for row in rows
        for number in (json.loads(row.order_nos) if isinstance(row.order_nos, str) else row.order_nos)
    }
    if used:
        op.bulk_insert(table, [{'number': number, 'case_no': case_no} for number, case_no in sorted(used)])


def downgrade() -> None:
    op.drop_table('order_number')
