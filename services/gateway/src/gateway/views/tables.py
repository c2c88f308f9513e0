"""The tables of schema `views`: read from the log, and dropped and rebuilt any day."""

from gateway.views.tables_base import metadata
from gateway.views.tables_characters import characters
from gateway.views.tables_graphs import graph_versions, graphs
from gateway.views.tables_log import audit, checkpoint, paused
from gateway.views.tables_media import asset_uses, assets
from gateway.views.tables_money import credit_entries, provider_costs
from gateway.views.tables_runs import execution_nodes, execution_plans, executions, node_last, run_events
from gateway.views.tables_work import generations, job_ends, jobs, judgements

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
    characters,
    paused,
)
"""Everything that is read from the log."""

__all__ = [
    "ALL",
    "asset_uses",
    "assets",
    "audit",
    "characters",
    "checkpoint",
    "credit_entries",
    "execution_nodes",
    "execution_plans",
    "executions",
    "generations",
    "graph_versions",
    "graphs",
    "job_ends",
    "jobs",
    "judgements",
    "metadata",
    "node_last",
    "paused",
    "provider_costs",
    "run_events",
]
