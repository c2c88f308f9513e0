"""What the views know of the log itself, and of who did what."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from gateway.views.tables_base import TIME, metadata

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

paused = Table(
    "paused",
    metadata,
    Column("aggregate", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("cause", Text),
    Index("audit_of_project", "user_id", "project_id", "at"),
    Index("audit_newest", "at", "position"),
)
"""What people did: see `library.acts_tables` for what they did outside the log."""
