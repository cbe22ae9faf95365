"""What a decision knew of other cases, so that it can be repeated.

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for the decisions before: other cases were always looked at, and a number of theirs stopped the contract.
    nothing = sa.text("""'{"contract_numbers": [], "order_numbers": []}'""")
    op.add_column('decision', sa.Column('known', sa.JSON(), nullable=True, server_default=nothing))


def downgrade() -> None:
    op.drop_column('decision', 'known')
