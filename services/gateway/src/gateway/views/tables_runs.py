"""Executions, their nodes, and what their watchers are told."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.views.tables_base import TIME, metadata

executions = Table(
    "executions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("graph_id", Text),
    Column("graph_version", Integer),
    Column("graph_name", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("error", JSONB(none_as_null=True)),
    Column("cost", BigInteger, nullable=False),
    Column("budget", BigInteger),
    Column("outputs", JSONB, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("completed_at", TIME),
    Column("seq", BigInteger, nullable=False),
    Column("forked_from", Text),
    Column("actor", Text),
    Index("executions_newest", "user_id", "position"),
    Index("executions_of_graph", "graph_id", "position"),
)

execution_plans = Table(
    "execution_plans",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("plan", JSONB, nullable=False),
    Column("variables", JSONB, nullable=False),
)

execution_nodes = Table(
    "execution_nodes",
    metadata,
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("title", Text),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("outputs", JSONB, nullable=False),
    Column("error", JSONB(none_as_null=True)),
    Column("cached_from", JSONB(none_as_null=True)),
    Column("cost", BigInteger, nullable=False),
    Column("recipe", Text),
    Column("because", Text),
    Column("retry_at", TIME),
    Column("started_at", TIME),
    Column("completed_at", TIME),
    Column("job", Text),
    Column("provider", Text),
    Column("model", Text),
    PrimaryKeyConstraint("run_id", "node_id"),
    Index(
        "execution_nodes_taken",
        text("(cached_from ->> 'execution_id')"),
        postgresql_where=text("cached_from IS NOT NULL"),
    ),
    Index(
        "execution_nodes_of_character",
        text("(outputs #>> '{character,0,character_id}')"),
        postgresql_where=text("type = 'character'"),
    ),
    Index("execution_nodes_in_doubt", "run_id", "node_id", postgresql_where=text("state = 'in_doubt'")),
)

node_last = Table(
    "node_last",
    metadata,
    Column("graph_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("graph_id", "node_id"),
)

run_events = Table(
    "run_events",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", Text),
    Column("project_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Index("run_events_of_run", "run_id", "position"),
    Index("run_events_of_project", "project_id", "position"),
)
