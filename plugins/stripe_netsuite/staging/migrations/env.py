"""Alembic's entry: runs the revisions on the connection that `database.migrate` opened, inside its transaction."""

from __future__ import annotations

from alembic import context

from stripe_netsuite.staging.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
