"""Run by `engine.store.migrate`, which hands over a connection with a transaction begun."""

from alembic import context
from sqlalchemy import Connection

from engine.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
