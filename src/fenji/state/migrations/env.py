"""How is a change of the state database made? Inside the transaction of the connection that is given, all changes or none."""

from __future__ import annotations

from alembic import context

from fenji.state.database import VERSION_TABLE
from fenji.state.models import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
