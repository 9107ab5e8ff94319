"""Documents as they are in Cloudant: a JSON document each, found by id or by one of two indexes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from auth.store.cloudant.address import CloudantAddress
from auth.store.cloudant.branches import Branches, Json, UnsettledError, marked
from auth.store.cloudant.connection import ConflictError, MissingError
from auth.store.cloudant.versioned_connection import VersionedConnection
from auth.store.document import Document, Lease, PendingEvent
from chassis.storage.database import StoreUnavailableError

# A document without one of the fields is not in the index; so these hold what is pending or will expire, and no more.
INDEXES = {"expires": ("expires_at",), "pending": ("pending_since",)}
_BRANCHES, _MAP = "outlay-branches", "function (doc) { if (doc._conflicts) { emit(doc._id, null) } }"
_MOST_SETTLED = 200


class CloudantDocuments:
    """The store of a suite with many users. Several threads may use it."""

    def __init__(
        self,
        address: CloudantAddress,
        *,
        on_events: Callable[[], None] = lambda: None,
        on_branch: Callable[[str], None] = lambda _outcome: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Connect to nothing yet.

        `on_events` is called after a save that leaves events to any relay, `on_branch` with `found`, `refused` or `settled` when a
        document has several branches.
        """
        self._connection, self._on_events, self._now = VersionedConnection(address), on_events, now
        abandoned_after = 3 * address.seconds + 5  # a save that is tried twice, and what it takes to give way
        self._branches = Branches(self._connection, abandoned_after=abandoned_after, note=on_branch, now=now)

    def migrate(self) -> None:
        """Make the database and its indexes, where they are missing; raises SchemaTooNewError if a newer auth has been here."""
        try:
            self._connection.unproved("put_database")
        except ConflictError:
            pass  # it is there
        except StoreUnavailableError:
            self._connection.unproved("get_database_information")  # whoever may not make databases may do with one that is there
        self._connection.refuse_newer()
        for name, fields in INDEXES.items():
            self._connection.unproved("post_index", index={"fields": list(fields)}, ddoc=f"outlay-{name}", name=name, type="json")
        self._make_view_of_branches()
        self._connection.note_version()  # after what is made, so that one that was interrupted is run again
        # Each index is built by its first query; and a server that cannot do what is asked of it is found out here.
        self.expired(0.0, limit=1)
        self.pending(limit=1)

    def get(self, document_id: str) -> Document | None:
        """Return a document as it was last saved."""
        stored = self._branches.read(document_id)
        return _document(stored) if stored else None

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; raises RevisionConflictError."""
        saved = _document(self._branches.save(self._draft(document)))
        self._ring_for([saved])
        return saved

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        """Save several in one request, each by itself; return those that were saved."""
        if not documents:
            return []
        drafts = [self._draft(document) for document in documents]
        answers = self._branches.save_all(drafts)
        saved = [_document(stored) for draft in drafts if (stored := answers.get(draft["_id"]))]
        self._ring_for(saved)
        return saved

    def delete(self, document: Document) -> None:
        """Remove this revision of a document; raises RevisionConflictError."""
        self._branches.delete(document.id, document.revision)

    def resolve_conflicts(self) -> int:
        """Resolve the conflicting revisions that a crash has left; return the number of documents that had any."""
        try:
            found = self._connection.call("post_view", ddoc=_BRANCHES, view=_BRANCHES, limit=_MOST_SETTLED)["rows"]
        except MissingError:
            return 0  # an older `migrate` has been here
        for row in found:
            with suppress(UnsettledError):  # its writer may be at work
                self._branches.read(row["id"])
        return len(found)

    def expired(self, now: float, *, limit: int) -> list[Document]:
        """Return documents whose `expires_at` is before `now`, earliest first."""
        found = self._select("expires", {"expires_at": {"$gte": 0, "$lte": now}}, limit=limit, sort=[{"expires_at": "asc"}])
        return [document for document in found if document.expires_at is not None and document.expires_at <= now]

    def pending(self, *, limit: int) -> list[Document]:
        """Return documents with events to send, the one that waits longest first."""
        found = self._select("pending", {"pending_since": {"$gte": 0}}, limit=limit, sort=[{"pending_since": "asc"}])
        return [document for document in found if document.outbox]

    def after(self, document_id: str, *, limit: int) -> list[Document]:
        """Return documents of any kind whose ids come after this one."""
        # The one that is known comes first again, unless it was deleted meanwhile; design documents are among them.
        most = limit + 1 + len(INDEXES) + 2
        more = {"include_docs": True, "conflicts": True, "limit": most, "start_key": document_id or None}
        rows = self._connection.call("post_all_docs", **more)["rows"]
        others = [row["doc"] for row in rows if row["id"] != document_id and not row["id"].startswith("_design/")]
        stored = (self._branches.read(found["_id"]) if found.get("_conflicts") else found for found in others[:limit])
        return [_document(found) for found in stored if found]

    def check(self) -> None:
        """Raise if the store does not answer, or has no such database."""
        self._connection.call("get_database_information")

    def close(self) -> None:
        """Let go of all connections."""
        self._connection.close()

    def _make_view_of_branches(self) -> None:
        design = {"language": "javascript", "views": {_BRANCHES: {"map": _MAP}}}
        with suppress(ConflictError):  # it is there
            self._connection.unproved("put_design_document", ddoc=_BRANCHES, design_document=design)

    def _ring_for(self, saved: Sequence[Document]) -> None:
        if any(document.outbox and document.lease is None for document in saved):
            self._on_events()

    def _draft(self, document: Document) -> Json:
        return marked(_json(document), document.marks, self._now())

    def _select(self, index: str, selector: Json, **options: Any) -> list[Document]:
        use = {"use_index": [f"outlay-{index}", index], "allow_fallback": False}
        answer = self._connection.call("post_find", selector=selector, **use, **options)
        # An index may be late, and knows nothing of branches: what is done with a document is done with the one that stands.
        return [document for found in answer["docs"] if (document := self._standing(found["_id"]))]

    def _standing(self, document_id: str) -> Document | None:
        with suppress(UnsettledError):
            return self.get(document_id)
        return None


def _json(document: Document) -> Json:
    fields = {
        "_rev": document.revision or None,
        "expires_at": document.expires_at,
        "pending_since": min((event.at for event in document.outbox), default=None),
    }
    return {
        "_id": document.id,
        **{name: value for name, value in fields.items() if value is not None},
        "kind": document.kind,
        "user_id": document.user_id,
        "body": dict(document.body),
        "outbox": [asdict(event) for event in document.outbox],
        "lease": asdict(document.lease) if document.lease else None,
    }


def _document(stored: Json) -> Document:
    return Document(
        id=stored["_id"],
        kind=stored["kind"],
        user_id=stored["user_id"],
        expires_at=stored.get("expires_at"),
        body=stored["body"],
        outbox=tuple(PendingEvent(**event) for event in stored["outbox"]),
        lease=Lease(**stored["lease"]) if stored["lease"] else None,
        revision=stored["_rev"],
        marks=tuple(stored.get("marks", ())),
    )
