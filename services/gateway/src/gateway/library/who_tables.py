"""Tables of people: users, their API keys, and who may be in whose project."""

from sqlalchemy import Boolean, Column, DateTime, Index, LargeBinary, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.library.tables import metadata

_TIME = DateTime(timezone=True)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("admin", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Index("users_email", "email"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    Column("scopes", JSONB, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME),
    Column("last_used_at", _TIME),
    Column("revoked_at", _TIME),
    Index("api_keys_of_user", "user_id", "created_at"),
)

members = Table(
    "members",
    metadata,
    Column("project_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("added_at", _TIME, nullable=False),
    PrimaryKeyConstraint("project_id", "user_id"),
    Index("members_of_user", "user_id"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What an installation made up for itself: the key that signs sessions."""
