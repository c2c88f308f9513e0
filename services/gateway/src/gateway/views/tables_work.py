"""What the tasks of executions were, and what came of them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.views.tables_base import TIME, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("created_at", TIME, nullable=False),
    Index("jobs_newest", "user_id", "position", "id"),
    Index("jobs_of_node", "run_id", "node_id", "attempt"),
)

job_ends = Table(
    "job_ends",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("last_attempt", Integer, nullable=False),
    Column("error", JSONB(none_as_null=True)),
    Column("started_at", TIME),
    Column("completed_at", TIME),
)
"""How jobs stood when their node was put back: until then the node's own row says it."""

generations = Table(
    "generations",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("graph_id", Text),
    Column("type", Text, nullable=False),
    Column("provider", Text),
    Column("model", Text),
    Column("prompt", Text),
    Column("outputs", JSONB, nullable=False),
    Column("notes", JSONB, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("cost_basis", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("started_at", TIME),
    Column("created_at", TIME, nullable=False),
    PrimaryKeyConstraint("run_id", "node_id", "attempt"),
    Index("generations_newest", "user_id", "project_id", "position"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("outputs", JSONB, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "node_id", "attempt"),
)
"""What an attempt made, with how much it shows its characters: known only after the generation is."""
