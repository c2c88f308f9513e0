"""What uploads were announced to be, and what pictures look like.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("sha256", sa.Text(), nullable=True), schema="library")
    op.add_column("uploads", sa.Column("multipart", sa.Text(), nullable=True), schema="library")
    op.add_column("assets", sa.Column("fingerprint", sa.BigInteger(), nullable=True), schema="views")
