"""Of money that comes in by Stripe: what was offered, and what Stripe has said since."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.library.tables import metadata

_TIME = DateTime(timezone=True)

checkouts = Table(
    "checkouts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("session_id", Text),
    Column("payment_intent", Text),
    Column("created_at", _TIME, nullable=False),
    Column("paid_at", _TIME),
    Index("checkouts_by_session", "session_id", unique=True),
    Index("checkouts_by_payment", "payment_intent"),
    Index("checkouts_newest", "user_id", "created_at"),
)
"""`amount` in micro-credits, `price` in the currency's smallest unit."""

stripe_events = Table(
    "stripe_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("payment_intent", Text),
    Column("told", JSONB, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("done_at", _TIME),
    Index("stripe_events_by_payment", "payment_intent"),
)
"""Those that concern us, without anything about a person. Not done: its payment is not known yet."""
