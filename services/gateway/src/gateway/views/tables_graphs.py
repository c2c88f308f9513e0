"""Graphs, and every version of them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.views.tables_base import TIME, metadata

graphs = Table(
    "graphs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
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
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("events", JSONB, nullable=False),
    PrimaryKeyConstraint("graph_id", "version"),
)
