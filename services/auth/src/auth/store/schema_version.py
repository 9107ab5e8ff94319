"""Which version the documents are of, so that two versions of auth do not misread each other's.

What is inside a document is read tolerantly; the version is raised when an older auth could not go on with what a newer one writes.
"""

from __future__ import annotations

from chassis.storage.schema import SchemaTooNewError, SchemaTooOldError

VERSION = 1
"""Of the documents that this code writes."""


def prove(have: int) -> None:
    """Raise SchemaTooNewError or SchemaTooOldError unless it is this version; 0 is a store that was never migrated."""
    if have > VERSION:
        message = (
            f"auth: the documents are of version {have}, this auth knows {VERSION}; "
            "run the newer version, or restore the backup that was made before it"
        )
        raise SchemaTooNewError(message)
    if have < VERSION:
        message = f"auth: the store is of version {have or 'none'}, this auth needs {VERSION}; run `python -m auth migrate`"
        raise SchemaTooOldError(message)


def refuse_newer(have: int) -> None:
    """Raise SchemaTooNewError if a newer auth has been here; what is older can be migrated."""
    if have > VERSION:
        prove(have)
