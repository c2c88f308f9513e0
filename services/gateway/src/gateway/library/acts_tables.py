"""Who did what outside the log: sign-ins, keys, members, accounts. The database itself refuses to change a row."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Table, Text

from gateway.library.tables import metadata

acts = Table(
    "acts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("acts_of_project", "user_id", "project_id", "at"),
    Index("acts_newest", "at", "id"),
)
"""`actor` did it; `user_id` is whose things it was about: the owner of the project, else the actor."""
