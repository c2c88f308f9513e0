"""Where people want to be told what happened, what they were told, and how that went."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.library.tables import metadata

_TIME = DateTime(timezone=True)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", JSONB, nullable=False),
    Column("concurrency", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_until", _TIME),
    Column("since", BigInteger, nullable=False),
    Column("failing_since", _TIME),
    Column("disabled_at", _TIME),
    Column("disabled_reason", Text),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Index("webhooks_newest", "user_id", "number"),
)
"""`since`: the position behind which it is told. Secrets are written by `gateway.webhooks.vault`."""

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("webhook_id", Text, ForeignKey(webhooks.c.id, ondelete="CASCADE"), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", _TIME),
    Column("created_at", _TIME, nullable=False),
    Column("delivered_at", _TIME),
    Column("last_status", Integer),
    Column("last_error", Text),
    Index("webhook_deliveries_newest", "webhook_id", "number"),
    Index("webhook_deliveries_due", "webhook_id", "next_at", postgresql_where=text("state = 'pending'")),
    Index("webhook_deliveries_old", "created_at"),
)
"""`attempts` are all there were; `tries` those since it was last asked for, by which the next one is scheduled."""

attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey(deliveries.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("answer", Text, nullable=False),
    PrimaryKeyConstraint("delivery_id", "number"),
)

reading = Table(
    "webhook_reading",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""How far the facts have been read for deliveries."""

lease = Table(
    "webhook_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", _TIME, nullable=False),
)
"""Which gateway sends. Its times are the database's own."""

TABLES = (webhooks, deliveries, attempts, reading, lease)
