"""Migrates a store to the newest schema with Alembic, which is imported only when needed, since that is slow.

A service's revisions are files `migrations/versions/<revision>_<what>.py`, numbered in order; see `chassis.storage.schema` for
their names.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from chassis.storage.database import Database, StoreBusyError
from chassis.storage.schema import Schema, SchemaState, SchemaTooNewError, revision_of
from chassis.storage.transfer import MARK

__all__ = ["HalfImportedError", "SchemaTooNewError", "migrate", "run_environment"]


class HalfImportedError(Exception):
    """An import into the store was interrupted. Repeat it, then start Outlay."""

    def __init__(self, package: str) -> None:
        """Name the store."""
        super().__init__(f"{package}: an import into this store was interrupted; run `outlay import` again, then start Outlay.")


def migrate(database: Database, package: str, *, importing: bool = False) -> None:
    """Apply the package's missing migrations; quick if there are none.

    Raises:
        SchemaTooNewError: if the store is ahead of this code, and not in a way that it can work with.
        HalfImportedError: if an import into the store has begun and not ended, unless this is for the import.
    """
    _bring_up(database, package)
    if not importing and _is_marked(database):
        raise HalfImportedError(package)


def _bring_up(database: Database, package: str) -> None:
    schema = Schema(package)
    with suppress(StoreBusyError), database.read_unchecked() as connection:  # busy: another process is migrating
        if not _is_behind(schema, connection):
            return
    with database.migrating(package) as connection:
        # Another process may have migrated while this one waited.
        if _is_behind(schema, connection):
            _upgrade(connection, schema.folder)


def run_environment(metadata: MetaData) -> None:
    """The body of each service's migrations/env.py: runs in the transaction of `migrate`."""
    from alembic import context

    from chassis.storage.dialects import ddl  # noqa: F401  registers our DDL with Alembic

    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()


def _is_behind(schema: Schema, connection: Connection) -> bool:
    have = revision_of(connection)
    standing = schema.state(have)
    if standing is SchemaState.NEWER:
        raise schema.too_new(have)
    return standing is SchemaState.OLDER


def _is_marked(database: Database) -> bool:
    with database.read_unchecked() as connection:
        if not sa.inspect(connection).has_table("inbox"):
            return False
        marked = sa.text("SELECT event_id FROM inbox WHERE event_id = :mark")
        return connection.execute(marked, {"mark": MARK}).first() is not None


def _upgrade(connection: Connection, folder: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
