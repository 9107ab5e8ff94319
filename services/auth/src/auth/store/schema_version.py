"""The version of the documents, so that two versions of auth do not misread each other's.

Documents are read tolerantly; the version is raised when an older auth could not work with what a newer one writes.
"""

from __future__ import annotations

from chassis.storage.schema import SchemaTooNewError, SchemaTooOldError

VERSION = 1
"""Of the documents that this code writes."""


def check_version(found: int) -> None:
    """Raise SchemaTooNewError or SchemaTooOldError unless it is this version; 0 is a store that was never migrated."""
    if found > VERSION:
        message = (
            f"auth: the documents are of version {found}, this auth knows {VERSION}; "
            "run the newer version, or restore the backup that was made before it"
        )
        raise SchemaTooNewError(message)
    if found < VERSION:
        message = f"auth: the store is of version {found or 'none'}, this auth needs {VERSION}; run `python -m auth migrate`"
        raise SchemaTooOldError(message)


def refuse_newer(found: int) -> None:
    """Raise SchemaTooNewError if a newer auth has written here; what is older can be migrated."""
    if found > VERSION:
        check_version(found)
