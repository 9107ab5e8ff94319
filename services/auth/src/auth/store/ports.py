"""The port of the document store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from auth.store.document import Document

Now = Callable[[], float]
"""The machine's time in seconds since 1970, which decides what has expired. People are shown the time of the clock instead."""


class Documents(Protocol):
    """A store of documents without transactions over several of them, such as CouchDB.

    Methods raise StoreUnavailableError if it cannot be reached, or cannot tell yet which of two simultaneous saves stands.
    """

    def get(self, document_id: str) -> Document | None:
        """Return a document as it was last saved."""

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; return it with its new revision.

        A document with events that no relay has leased wakes the relay.

        Raises:
            RevisionConflictError: if somebody else has saved, deleted or (without a revision) created it meanwhile.
        """

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        """Save several, each by itself; return those that were saved, with their new revisions.

        Usually one that is missing was changed meanwhile; if a response got lost, it may have been saved all the same.
        """

    def delete(self, document: Document) -> None:
        """Delete this revision of a document. Raises RevisionConflictError as `save` does."""

    def expired(self, now: float, *, limit: int) -> list[Document]:
        """Return documents whose `expires_at` is before `now`, earliest first."""

    def pending(self, *, limit: int) -> list[Document]:
        """Return documents with events to publish, longest waiting first; none with conflicting revisions."""

    def after(self, document_id: str, *, limit: int) -> list[Document]:
        """Return documents of any kind whose ids follow this one, in the store's own order of ids."""

    def resolve_conflicts(self) -> int:
        """Resolve conflicting revisions whose writers died; return the number of documents that had any."""

    def check(self) -> None:
        """Raise if the store cannot be reached."""

    def migrate(self) -> None:
        """Create what is missing. May be called again, and by two processes at a time."""

    def close(self) -> None:
        """Close all connections."""
