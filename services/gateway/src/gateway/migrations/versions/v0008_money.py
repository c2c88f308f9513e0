"""Accounts of credits.

Revision ID: 0008
Revises: 0007
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _entries()
    _costs()
    _checkouts()


def _text(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def _entries() -> None:
    op.create_table(
        "credit_entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        *_text("user_id", "type"),
        *_number("amount", "held", "balance", "reserved"),
        *_text("run_id", "project_id", nullable=True),
        *_text("reason", "actor"),
        *_text("source", "key", "basis", nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        _json("charges"),
        sa.Column("daily", sa.BigInteger(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("position"),
        schema="views",
    )
    for name, columns in (
        ("credit_entries_newest", ["user_id", "position"]),
        ("credit_entries_by_time", ["user_id", "at"]),
        ("credit_entries_of_run", ["run_id", "position"]),
    ):
        op.create_index(name, "credit_entries", columns, unique=False, schema="views")


def _costs() -> None:
    op.create_table(
        "provider_costs",
        *_text("run_id", "node_id"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *_number("position"),
        *_text("user_id", "project_id", "provider", "model", "state"),
        *_number("cost"),
        *_text("basis"),
        _json("usage"),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "node_id", "attempt"),
        schema="views",
    )
    op.create_index("provider_costs_by_time", "provider_costs", ["at"], unique=False, schema="views")


def _checkouts() -> None:
    op.create_table(
        "checkouts",
        *_text("id", "user_id"),
        *_number("amount", "price"),
        *_text("currency"),
        *_text("session_id", "payment_intent", nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("paid_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="library",
    )
    op.create_index("checkouts_by_session", "checkouts", ["session_id"], unique=True, schema="library")
    op.create_index("checkouts_by_payment", "checkouts", ["payment_intent"], unique=False, schema="library")
    op.create_index("checkouts_newest", "checkouts", ["user_id", "created_at"], unique=False, schema="library")
    op.create_table(
        "stripe_events",
        *_text("id", "type"),
        *_text("payment_intent", nullable=True),
        _json("told"),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="library",
    )
    op.create_index("stripe_events_by_payment", "stripe_events", ["payment_intent"], unique=False, schema="library")
