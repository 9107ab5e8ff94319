"""The version of the documents, in a design document that only `migrate` writes: replicated like others, found by no query."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from auth.store.cloudant.connection import ConflictError, Connection, MissingError, Response
from auth.store.schema_version import VERSION, check_version, refuse_newer

_NAME = "outlay-schema"


class VersionedConnection(Connection):
    """A connection that checks the version of the documents once, before its first call."""

    _checked = False

    def send(self, operation: str, **arguments: Any) -> Response:
        """Run one of the SDK's operations; raises as Connection does, and SchemaTooNewError, SchemaTooOldError."""
        if not self._checked:
            self.check_version()
        return super().send(operation, **arguments)

    def call_unchecked(self, operation: str, **arguments: Any) -> Any:
        """Run an operation on a database of any version."""
        return super().send(operation, **arguments).result

    def check_version(self) -> None:
        """Raise SchemaTooNewError or SchemaTooOldError unless this code can work with the documents."""
        check_version(self._version()[0])
        self._checked = True

    def refuse_newer(self) -> None:
        """Raise SchemaTooNewError if a newer auth has written here."""
        refuse_newer(self._version()[0])

    def write_version(self) -> None:
        """Record that the database is of this version."""
        found, revision = self._version()
        refuse_newer(found)
        if found == VERSION:
            return
        design = {"_id": f"_design/{_NAME}", "language": "query", "views": {}, "version": VERSION}
        if revision:
            design["_rev"] = revision
        with suppress(ConflictError):  # another `migrate` has just done the same
            self.call_unchecked("put_design_document", ddoc=_NAME, design_document=design)

    def _version(self) -> tuple[int, str]:
        try:
            design = self.call_unchecked("get_design_document", ddoc=_NAME)
        except MissingError:
            return 0, ""
        return int(design.get("version", 0)), str(design["_rev"])
