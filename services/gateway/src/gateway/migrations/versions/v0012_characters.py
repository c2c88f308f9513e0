"""Characters, and which executions show them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSONB = postgresql.JSONB(astext_type=sa.Text())
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "characters",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", _JSONB, nullable=False),
        sa.Column("pictures", _JSONB, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("merged_into", sa.Text()),
        sa.Column("deleted_at", _TIME),
        schema="views",
    )
    op.create_index("characters_newest", "characters", ["user_id", "position"], schema="views")
    op.create_index(
        "characters_by_picture",
        "characters",
        [sa.text("pictures jsonb_path_ops")],
        schema="views",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "execution_nodes_of_character",
        "execution_nodes",
        [sa.text("(outputs #>> '{character,0,character_id}')")],
        schema="views",
        postgresql_where=sa.text("type = 'character'"),
    )


def downgrade() -> None:
    op.drop_index("execution_nodes_of_character", "execution_nodes", schema="views")
    op.drop_table("characters", schema="views")
