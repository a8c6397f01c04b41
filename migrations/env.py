"""Alembic on the application's own engine; revisions are numbered: 0001_…, 0002_…."""

import re
from typing import Any

from alembic import context
from flask import current_app

from app.base.db import begin

db = current_app.extensions["migrate"].db
options: dict[str, Any] = current_app.extensions["migrate"].configure_args


def number_the_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Its id is its number and message, and so is the file's name; nothing new, no file."""
    script = directives[0]
    if script.upgrade_ops.is_empty():
        if getattr(context.config.cmd_opts, "autogenerate", False):  # not for «db check»
            directives[:] = []
        return
    last = context.script.get_current_head()
    number = int(last.partition("_")[0]) + 1 if last else 1
    words = re.sub(r"[^a-z0-9]+", "_", (script.message or "change").lower()).strip("_")
    script.rev_id = f"{number:04}_{words}"


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # tables are rebuilt
    begin(connection)
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        process_revision_directives=number_the_revision,
        compare_server_default=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
