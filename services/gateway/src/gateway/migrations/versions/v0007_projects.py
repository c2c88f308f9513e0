"""Projects keep graph_state and can be deleted; generations, jobs.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _projects()
    _jobs()
    _generations()
    op.add_column("executions", sa.Column("actor", sa.Text(), nullable=True), schema="views")
    op.add_column("execution_nodes", sa.Column("job", sa.Text(), nullable=True), schema="views")
    op.add_column("execution_nodes", sa.Column("provider", sa.Text(), nullable=True), schema="views")
    op.add_column("execution_nodes", sa.Column("model", sa.Text(), nullable=True), schema="views")


def _projects() -> None:
    version = sa.Column("version", sa.BigInteger(), server_default="1", nullable=False)
    op.add_column("projects", version, schema="library")
    op.add_column("projects", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True), schema="library")
    op.create_table(
        "project_states",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "project_id"),
        schema="library",
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="views",
    )
    op.create_index("jobs_newest", "jobs", ["user_id", "position", "id"], unique=False, schema="views")
    op.create_index("jobs_of_node", "jobs", ["run_id", "node_id", "attempt"], unique=False, schema="views")
    op.create_table(
        "job_ends",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_attempt", sa.Integer(), nullable=False),
        sa.Column("error", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="views",
    )


def _generations() -> None:
    op.create_table(
        "generations",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("graph_id", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("outputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("cost_basis", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "node_id", "attempt"),
        schema="views",
    )
    columns = ["user_id", "project_id", "position"]
    op.create_index("generations_newest", "generations", columns, unique=False, schema="views")
