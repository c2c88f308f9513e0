"""Tables of provider accounts and of token buckets."""

from sqlalchemy import Boolean, Column, DateTime, Double, Index, LargeBinary, Table, Text, UniqueConstraint, text

from gateway.library.tables import metadata

_TIME = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("base", Text),
    Column("is_default", Boolean, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last4", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Column("last_used_at", _TIME),
    Column("checked_at", _TIME),
    Column("last_error", Text),
    UniqueConstraint("user_id", "name"),
    Index("accounts_default", "user_id", "provider", unique=True, postgresql_where=text("is_default")),
)
"""`sealed` is the provider's key under a data key, which is `wrapped` under the key `key_id` of the installation."""

buckets = Table(
    "buckets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("granted", Double, nullable=False),
    Column("at", _TIME, nullable=False),
    Index("buckets_age", "at"),
)
"""How many tokens there were at that time, and how many were taken then. One that is not there is full."""
