"""Documents in Cloudant: a JSON document each, found by id or by one of two indexes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from auth.store.cloudant.address import CloudantAddress
from auth.store.cloudant.branches import Branches, Json, UnresolvedError, marked
from auth.store.cloudant.connection import ConflictError, MissingError
from auth.store.cloudant.versioned_connection import VersionedConnection
from auth.store.document import Document, Lease, PendingEvent
from chassis.storage.database import StoreUnavailableError

# A document without the field is not in the index, so these hold only what is pending or will expire.
INDEXES = {"expires": ("expires_at",), "pending": ("pending_since",)}
_BRANCHES, _MAP = "outlay-branches", "function (doc) { if (doc._conflicts) { emit(doc._id, null) } }"
_MOST_RESOLVED = 200


class CloudantDocuments:
    """The store for many users. Several threads may use it."""

    def __init__(
        self,
        address: CloudantAddress,
        *,
        on_events: Callable[[], None] = lambda: None,
        on_branch: Callable[[str], None] = lambda _outcome: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Connect to nothing yet.

        `on_events` is called after a save of events that any relay may publish, `on_branch` with `found`, `refused` or
        `settled` when a document has conflicting revisions.
        """
        self._connection, self._on_events, self._now = VersionedConnection(address), on_events, now
        abandoned_after = 3 * address.seconds + 5  # a save that is tried twice, and the time to give way
        self._branches = Branches(self._connection, abandoned_after=abandoned_after, report=on_branch, now=now)

    def migrate(self) -> None:
        """Create the database and its indexes where missing; raises SchemaTooNewError if a newer auth has written here."""
        try:
            self._connection.call_unchecked("put_database")
        except ConflictError:
            pass  # it exists
        except StoreUnavailableError:
            self._connection.call_unchecked("get_database_information")  # these credentials may only use a database that exists
        self._connection.refuse_newer()
        for name, fields in INDEXES.items():
            self._connection.call_unchecked(
                "post_index", index={"fields": list(fields)}, ddoc=f"outlay-{name}", name=name, type="json"
            )
        self._create_branch_view()
        self._connection.write_version()  # last, so that an interrupted migration is repeated
        # The first query builds the index, and shows whether the server can do this.
        self.expired(0.0, limit=1)
        self.pending(limit=1)

    def get(self, document_id: str) -> Document | None:
        stored = self._branches.read(document_id)
        return _document(stored) if stored else None

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; raises RevisionConflictError."""
        saved = _document(self._branches.save(self._draft(document)))
        self._wake_relay_for([saved])
        return saved

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        """Save several in one request, each by itself; return those that were saved."""
        if not documents:
            return []
        drafts = [self._draft(document) for document in documents]
        by_id = self._branches.save_all(drafts)
        saved = [_document(stored) for draft in drafts if (stored := by_id.get(draft["_id"]))]
        self._wake_relay_for(saved)
        return saved

    def delete(self, document: Document) -> None:
        """Delete this revision of a document; raises RevisionConflictError."""
        self._branches.delete(document.id, document.revision)

    def resolve_conflicts(self) -> int:
        """Resolve the conflicting revisions that a crash has left; return the number of documents that had any."""
        try:
            found = self._connection.call("post_view", ddoc=_BRANCHES, view=_BRANCHES, limit=_MOST_RESOLVED)["rows"]
        except MissingError:
            return 0  # an older `migrate` has made no such view
        for row in found:
            with suppress(UnresolvedError):  # its writer may be resolving it
                self._branches.read(row["id"])
        return len(found)

    def expired(self, now: float, *, limit: int) -> list[Document]:
        found = self._select("expires", {"expires_at": {"$gte": 0, "$lte": now}}, limit=limit, sort=[{"expires_at": "asc"}])
        return [document for document in found if document.expires_at is not None and document.expires_at <= now]

    def pending(self, *, limit: int) -> list[Document]:
        found = self._select("pending", {"pending_since": {"$gte": 0}}, limit=limit, sort=[{"pending_since": "asc"}])
        return [document for document in found if document.outbox]

    def after(self, document_id: str, *, limit: int) -> list[Document]:
        # The given document comes first again, unless it was deleted meanwhile; design documents are among the results.
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
        self._connection.close()

    def _create_branch_view(self) -> None:
        design = {"language": "javascript", "views": {_BRANCHES: {"map": _MAP}}}
        with suppress(ConflictError):  # it exists
            self._connection.call_unchecked("put_design_document", ddoc=_BRANCHES, design_document=design)

    def _wake_relay_for(self, saved: Sequence[Document]) -> None:
        if any(document.outbox and document.lease is None for document in saved):
            self._on_events()

    def _draft(self, document: Document) -> Json:
        return marked(to_json(document), document.marks, self._now())

    def _select(self, index: str, selector: Json, **options: Any) -> list[Document]:
        use = {"use_index": [f"outlay-{index}", index], "allow_fallback": False}
        result = self._connection.call("post_find", selector=selector, **use, **options)
        # An index may lag and ignores branches, so each document is read before it is used.
        return [document for found in result["docs"] if (document := self._resolved(found["_id"]))]

    def _resolved(self, document_id: str) -> Document | None:
        with suppress(UnresolvedError):
            return self.get(document_id)
        return None


def to_json(document: Document) -> Json:
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
