"""The tables of schema `views`: read from the log, and dropped and rebuilt any day."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

metadata = MetaData(schema="views")

_TIME = DateTime(timezone=True)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("cause", Text),
    Index("audit_of_project", "user_id", "project_id", "at"),
    Index("audit_newest", "at", "position"),
)
"""What people did: see `library.acts_tables` for what they did outside the log."""

paused = Table(
    "paused",
    metadata,
    Column("aggregate", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

graphs = Table(
    "graphs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("assets", JSONB, nullable=False, server_default="[]"),
    Index("graphs_newest", "user_id", "position"),
)

graph_versions = Table(
    "graph_versions",
    metadata,
    Column("graph_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("events", JSONB, nullable=False),
    PrimaryKeyConstraint("graph_id", "version"),
)

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
    Column("created_at", _TIME, nullable=False),
    Column("completed_at", _TIME),
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
    Column("retry_at", _TIME),
    Column("started_at", _TIME),
    Column("completed_at", _TIME),
    Column("job", Text),
    Column("provider", Text),
    Column("model", Text),
    PrimaryKeyConstraint("run_id", "node_id"),
    Index(
        "execution_nodes_taken",
        text("(cached_from ->> 'execution_id')"),
        postgresql_where=text("cached_from IS NOT NULL"),
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

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_s", Float),
    Column("name", Text, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("run_id", Text),
    Column("node_id", Text),
    Column("created_at", _TIME, nullable=False),
    Column("prompt", Text),
    Column("provider", Text),
    Column("model", Text),
    Column("words", Text, nullable=False, server_default=""),
    Column("marked", BigInteger, nullable=False, server_default="0"),
    Column("deleted_at", _TIME),
    Column("deleted_by", Text),
    Column("fingerprint", BigInteger),
    Column("search", TSVECTOR, Computed("to_tsvector('simple', words)", persisted=True)),
    Index("assets_by_time", "user_id", "created_at", "id"),
    Index("assets_of_type", "user_id", "type", "created_at", "id"),
    Index("assets_of_project", "user_id", "project_id", "created_at", "id"),
    Index("assets_of_model", "user_id", "model", "created_at", "id"),
    Index("assets_deleted", "user_id", "created_at", postgresql_where=text("deleted_at IS NOT NULL")),
    Index("assets_by_word", "search", postgresql_using="gin"),
    Index("assets_by_tag", "tags", postgresql_using="gin"),
    Index("assets_by_digest", "sha256"),
)

asset_uses = Table(
    "asset_uses",
    metadata,
    Column("asset_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_id", "run_id", "node_id"),
    Index("asset_uses_of_run", "run_id"),
)
"""Which nodes of which runs an asset came out of: its maker, those who took it over, and `asset` nodes."""

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
    Column("created_at", _TIME, nullable=False),
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
    Column("started_at", _TIME),
    Column("completed_at", _TIME),
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
    Column("started_at", _TIME),
    Column("created_at", _TIME, nullable=False),
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
    Column("at", _TIME, nullable=False),
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
    Column("at", _TIME, nullable=False),
    PrimaryKeyConstraint("run_id", "node_id", "attempt"),
    Index("provider_costs_by_time", "at"),
)
"""What workers reported that attempts have cost, or that they are in doubt."""

ALL = (
    audit,
    graphs,
    graph_versions,
    executions,
    execution_plans,
    execution_nodes,
    node_last,
    run_events,
    assets,
    asset_uses,
    jobs,
    job_ends,
    generations,
    judgements,
    credit_entries,
    provider_costs,
    paused,
)
"""Everything that is read from the log."""
