"""Webhooks, deliveries, erasure.

Revision ID: 0010
Revises: 0009
"""

from gateway.migrations import audit_0010, webhooks_0010

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    audit_0010.upgrade()
    webhooks_0010.upgrade()
