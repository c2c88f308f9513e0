"""The part of migration 0010 that makes the audit: acts, which nobody can change, and what the log tells."""

import sqlalchemy as sa
from alembic import op

_GUARD = """
CREATE FUNCTION library.acts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('groove.erasing', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'library.acts is append-only';
END $$
"""
_EACH = """
CREATE TRIGGER acts_stay BEFORE UPDATE OR DELETE ON library.acts
FOR EACH ROW EXECUTE FUNCTION library.acts_stay()
"""
_ALL = """
CREATE TRIGGER acts_stay_all BEFORE TRUNCATE ON library.acts
FOR EACH STATEMENT EXECUTE FUNCTION library.acts_stay()
"""


def upgrade() -> None:
    _acts()
    _audit()


def _acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="library",
    )
    op.create_index("acts_of_project", "acts", ["user_id", "project_id", "at"], unique=False, schema="library")
    op.create_index("acts_newest", "acts", ["at", "id"], unique=False, schema="library")
    for statement in (_GUARD, _EACH, _ALL):
        op.execute(statement)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
        schema="views",
    )
    columns = ["user_id", "project_id", "at"]
    op.create_index("audit_of_project", "audit", columns, unique=False, schema="views")
    op.create_index("audit_newest", "audit", ["at", "position"], unique=False, schema="views")
