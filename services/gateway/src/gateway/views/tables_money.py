"""Ledgers, and what attempts have cost."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.views.tables_base import TIME, metadata

credit_entries = Table(
    "credit_entries",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("run_id", Text),
    Column("project_id", Text),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text),
    Column("key", Text),
    Column("basis", Text),
    Column("cost", BigInteger),
    Column("charges", JSONB, nullable=False),
    Column("daily", BigInteger),
    Column("admin", Boolean, nullable=False),
    Column("at", TIME, nullable=False),
    Index("credit_entries_newest", "user_id", "position"),
    Index("credit_entries_by_time", "user_id", "at"),
    Index("credit_entries_of_run", "run_id", "position"),
)
"""All ledgers. `amount` changes the balance, `held` what is reserved; both are told as they were after it."""

provider_costs = Table(
    "provider_costs",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("basis", Text, nullable=False),
    Column("usage", JSONB, nullable=False),
    Column("at", TIME, nullable=False),
    PrimaryKeyConstraint("run_id", "node_id", "attempt"),
    Index("provider_costs_by_time", "at"),
)
"""What workers reported that attempts have cost, or that they are in doubt."""
