"""Alembic's entry: run the migrations on the connection that `docgen.db.engine` hands over."""

from alembic import context

from docgen.db import delivery  # noqa: F401 - its tables belong to the schema
from docgen.db.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
