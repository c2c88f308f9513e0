"""What is in doubt is found without looking at every node there ever was.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "execution_nodes_in_doubt",
        "execution_nodes",
        ["run_id", "node_id"],
        unique=False,
        schema="views",
        postgresql_where=sa.text("state = 'in_doubt'"),
    )
