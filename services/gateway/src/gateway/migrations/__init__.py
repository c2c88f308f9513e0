"""Migrations expand, then contract: the release before runs on what each of them leaves, while gateways are replaced.

A migration may add tables, columns (with a default, or that may be null) and indexes. What it replaces is taken away by
a later release: a migration with `contracts = "NNNN"`, the revision whose new half everybody uses by then. A test steps
through all of them (tests/gateway/test_gateway_migrations.py).
"""

RELEASED: tuple[str, ...] = ()
"""The last revision of every release so far. `contracts` must name one that was released."""
