"""Brings a store to the newest schema (Alembic)."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from chassis.sql.database import Database


class SchemaTooNewError(Exception):
    """The store has a schema that this version does not know; run the newer version, or restore a backup."""


def migrate(database: Database, package: str) -> None:
    """Apply the package's migrations that are missing; does nothing, and quickly, if none is.

    Raises:
        SchemaTooNewError: if the store is ahead of this code.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    if have == scripts.get_current_head():
        return
    if have is not None and have not in {script.revision for script in scripts.walk_revisions()}:
        message = f"{package}: the store is at revision {have}, which this version does not know"
        raise SchemaTooNewError(message)
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def run_environment(metadata: MetaData) -> None:
    """Be the body of each service's migrations/env.py: run within the transaction that `migrate` began."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()
