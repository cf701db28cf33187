"""What Alembic runs: migrations, on the connection and in the transaction of `services.runtime.sql.revisions`."""

from alembic import context

from schemas.sql import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
