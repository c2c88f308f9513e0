"""The tables of schema `library`: what people keep here and the log does not know."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="library")

_TIME = DateTime(timezone=True)

projects = Table(
    "projects",
    metadata,
    Column("id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("variables", JSONB, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("deleted_at", _TIME),
    PrimaryKeyConstraint("user_id", "id"),
)

project_states = Table(
    "project_states",
    metadata,
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "project_id"),
)
"""`graph_state`, as it was sent, character by character: JSONB would lose `-0`, `\\u0000` and lone surrogates."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("user_id", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer),
    Column("headers", JSONB(none_as_null=True)),
    Column("body", LargeBinary),
    Column("expires_at", _TIME, nullable=False),
    PrimaryKeyConstraint("user_id", "route", "key"),
    Index("idempotency_expiry", "expires_at"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("sha256", Text),
    Column("multipart", Text),
)
