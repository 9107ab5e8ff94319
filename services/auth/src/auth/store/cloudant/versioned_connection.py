"""The version of the documents, in a design document: replicated with the others, found by no query, written by `migrate` alone."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from auth.store.cloudant.connection import Answer, ConflictError, Connection, MissingError
from auth.store.schema_version import VERSION, check_version, refuse_newer

_NAME = "outlay-schema"


class VersionedConnection(Connection):
    """A connection that asks once, before its first call, whether the documents are of this code's version."""

    _proved = False

    def ask(self, operation: str, **arguments: Any) -> Answer:
        """Run one of the SDK's operations; raises as Connection does, and SchemaTooNewError and SchemaTooOldError."""
        if not self._proved:
            self.prove()
        return super().ask(operation, **arguments)

    def unproved(self, operation: str, **arguments: Any) -> Any:
        """Run an operation on a database of whatever version."""
        return super().ask(operation, **arguments).result

    def prove(self) -> None:
        """Raise SchemaTooNewError or SchemaTooOldError unless this code can work with the documents."""
        check_version(self._version()[0])
        self._proved = True

    def refuse_newer(self) -> None:
        """Raise SchemaTooNewError if a newer auth has been here."""
        refuse_newer(self._version()[0])

    def note_version(self) -> None:
        """Write down that the database is of this version."""
        have, revision = self._version()
        refuse_newer(have)
        if have == VERSION:
            return
        design = {"_id": f"_design/{_NAME}", "language": "query", "views": {}, "version": VERSION}
        if revision:
            design["_rev"] = revision
        with suppress(ConflictError):  # another `migrate` has just done the same
            self.unproved("put_design_document", ddoc=_NAME, design_document=design)

    def _version(self) -> tuple[int, str]:
        try:
            design = self.unproved("get_design_document", ddoc=_NAME)
        except MissingError:
            return 0, ""
        return int(design.get("version", 0)), str(design["_rev"])
