"""Alembic runs this, with the connection that `gateway.database` gives it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="library")
with context.begin_transaction():
    context.run_migrations()
