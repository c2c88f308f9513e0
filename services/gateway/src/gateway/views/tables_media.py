"""Media, and where they went."""

from sqlalchemy import BigInteger, Column, Computed, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from gateway.views.tables_base import TIME, metadata

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_s", Float),
    Column("name", Text, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("run_id", Text),
    Column("node_id", Text),
    Column("created_at", TIME, nullable=False),
    Column("prompt", Text),
    Column("provider", Text),
    Column("model", Text),
    Column("words", Text, nullable=False, server_default=""),
    Column("marked", BigInteger, nullable=False, server_default="0"),
    Column("deleted_at", TIME),
    Column("deleted_by", Text),
    Column("fingerprint", BigInteger),
    Column("search", TSVECTOR, Computed("to_tsvector('simple', words)", persisted=True)),
    Index("assets_by_time", "user_id", "created_at", "id"),
    Index("assets_of_type", "user_id", "type", "created_at", "id"),
    Index("assets_of_project", "user_id", "project_id", "created_at", "id"),
    Index("assets_of_model", "user_id", "model", "created_at", "id"),
    Index("assets_deleted", "user_id", "created_at", postgresql_where=text("deleted_at IS NOT NULL")),
    Index("assets_by_word", "search", postgresql_using="gin"),
    Index("assets_by_tag", "tags", postgresql_using="gin"),
    Index("assets_by_digest", "sha256"),
)

asset_uses = Table(
    "asset_uses",
    metadata,
    Column("asset_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_id", "run_id", "node_id"),
    Index("asset_uses_of_run", "run_id"),
)
"""Which nodes of which runs an asset came out of: its maker, those who took it over, and `asset` nodes."""
