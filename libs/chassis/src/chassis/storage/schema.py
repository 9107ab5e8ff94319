"""Which schema a service's code needs, and whether a store has it.

A revision is called `0005` or, if code of an older one can go on with it, `0005from0003`: while a new version comes in step by step
(add first, remove when nobody needs it any more), the old one stays at work, and may come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.database import StoreUnavailableError

_SECONDS = 10


class SchemaError(StoreUnavailableError):
    """The store's schema does not fit this version."""

    def __init__(self, message: str) -> None:
        """`message` is for operators; clients are only told to try again."""
        super().__init__(seconds=_SECONDS)
        self.message = message

    def __str__(self) -> str:
        return self.message


class SchemaTooNewError(SchemaError):
    """The store has a schema that this version does not know; run the newer version, or restore a backup."""


class SchemaTooOldError(SchemaError):
    """The store was not migrated to the schema that this version needs."""


class SchemaState(Enum):
    """How a store's schema compares with the code."""

    NEWEST = "newest"
    OLDER = "older"
    AHEAD = "ahead"
    """Newer, but compatible with this code."""
    NEWER = "newer"


@dataclass(frozen=True)
class Schema:
    """The schema that the code of one service knows."""

    package: str

    @property
    def folder(self) -> Path:
        return Path(str(files(self.package) / "migrations"))

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Its revisions, oldest first: those of the files `migrations/versions/<revision>_<what>.py`."""
        return tuple(sorted(path.stem.split("_")[0] for path in (self.folder / "versions").glob("[0-9]*.py")))

    def state(self, have: str | None) -> SchemaState:
        """Compare with the revision of a store, None for an empty one."""
        newest = self.known[-1]
        if have is None or have in self.known:
            return SchemaState.NEWEST if have == newest else SchemaState.OLDER
        _number, since, floor = have.partition("from")
        return SchemaState.AHEAD if since and floor <= newest else SchemaState.NEWER

    def check_store(self, connection: Connection) -> None:
        """Raise SchemaTooNewError or SchemaTooOldError unless this code can work with the store."""
        have = revision_of(connection)
        match self.state(have):
            case SchemaState.NEWER:
                raise self.too_new(have)
            case SchemaState.OLDER:
                raise SchemaTooOldError(
                    f"{self.package}: the store is at revision {have or 'none'}, this version needs {self.known[-1]}; "
                    f"run `python -m {self.package} migrate`"
                )

    def too_new(self, have: str | None) -> SchemaTooNewError:
        return SchemaTooNewError(
            f"{self.package}: the store is at revision {have}, which this version does not know; it knows {self.known[-1]}. "
            "Run the newer version, or restore the backup that was made before it"
        )


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a store's schema, None if it was never migrated."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
