"""Characters, with their reference pictures."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.views.tables_base import TIME, metadata

characters = Table(
    "characters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("pictures", JSONB, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("merged_into", Text),
    Column("deleted_at", TIME),
    Index("characters_newest", "user_id", "position"),
    Index(
        "characters_by_picture",
        text("pictures jsonb_path_ops"),
        postgresql_using="gin",
        postgresql_where=text("deleted_at IS NULL"),
    ),
)
"""Their reference pictures are in the order in which they were given."""
