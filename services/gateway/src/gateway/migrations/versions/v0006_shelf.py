"""Tags, deletion, lineage, use.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _assets()
    op.add_column(
        "graphs",
        sa.Column("assets", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        schema="views",
    )
    op.create_table(
        "asset_uses",
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", "run_id", "node_id"),
        schema="views",
    )
    op.create_index("asset_uses_of_run", "asset_uses", ["run_id"], unique=False, schema="views")
    op.create_index(
        "execution_nodes_taken",
        "execution_nodes",
        [sa.text("(cached_from ->> 'execution_id')")],
        unique=False,
        schema="views",
        postgresql_where=sa.text("cached_from IS NOT NULL"),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="library",
    )
    op.execute("INSERT INTO library.installation (id) VALUES (gen_random_uuid()::text)")
    _read_the_log_again()


def _assets() -> None:
    for name, kind in (
        ("prompt", sa.Text()),
        ("provider", sa.Text()),
        ("model", sa.Text()),
        ("deleted_at", sa.DateTime(timezone=True)),
        ("deleted_by", sa.Text()),
    ):
        op.add_column("assets", sa.Column(name, kind, nullable=True), schema="views")
    op.add_column("assets", sa.Column("words", sa.Text(), server_default="", nullable=False), schema="views")
    op.add_column("assets", sa.Column("marked", sa.BigInteger(), server_default="0", nullable=False), schema="views")
    for name, columns in (
        ("assets_by_time", ["user_id", "created_at", "id"]),
        ("assets_of_type", ["user_id", "type", "created_at", "id"]),
        ("assets_of_project", ["user_id", "project_id", "created_at", "id"]),
        ("assets_of_model", ["user_id", "model", "created_at", "id"]),
        ("assets_by_digest", ["sha256"]),
    ):
        op.create_index(name, "assets", columns, unique=False, schema="views")
    op.drop_index("assets_newest", "assets", schema="views")
    op.create_index(
        "assets_deleted",
        "assets",
        ["user_id", "created_at"],
        unique=False,
        schema="views",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    words = sa.Computed("to_tsvector('simple', words)", persisted=True)
    op.add_column("assets", sa.Column("search", postgresql.TSVECTOR(), words, nullable=True), schema="views")
    op.create_index("assets_by_word", "assets", ["search"], unique=False, schema="views", postgresql_using="gin")
    op.create_index("assets_by_tag", "assets", ["tags"], unique=False, schema="views", postgresql_using="gin")


def _read_the_log_again() -> None:
    """What was folded before knows no prompts and no uses: the views are emptied, and the gateway makes them anew."""
    op.execute(
        "DO $$ DECLARE names text; BEGIN "
        "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO names FROM pg_tables "
        "WHERE schemaname = 'views'; EXECUTE 'TRUNCATE ' || names; END $$"
    )
