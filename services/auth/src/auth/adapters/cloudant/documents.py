"""Documents as they are in Cloudant: a JSON document each, found by id or by one of two indexes."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from auth.adapters.cloudant.address import CloudantAddress
from auth.adapters.cloudant.connection import ConflictError, MissingError
from auth.adapters.cloudant.version import VersionedConnection
from auth.domain.documents import Document, Lease, PendingEvent
from auth.domain.errors import RevisionConflictError
from chassis.sql import StoreUnavailableError

log = logging.getLogger("outlay.cloudant")

# A document without one of the fields is not in the index; so these hold what is pending or will expire, and no more.
INDEXES = {
    "expires": ("expires_at",),
    "pending": ("pending_since",),
}
Json = dict[str, Any]


class CloudantDocuments:
    """The store of a suite with many users. Several threads may use it."""

    def __init__(self, address: CloudantAddress, *, on_events: Callable[[], None] = lambda: None) -> None:
        """Connect to nothing yet; `on_events` is called after a save that leaves events to any relay."""
        self._connection, self._on_events = VersionedConnection(address), on_events

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
        self._connection.note_version()  # after what is made, so that one that was interrupted is run again
        # Each index is built by its first query; and a server that cannot do what is asked of it is found out here.
        self.expired(0.0, limit=1)
        self.pending(limit=1)

    def get(self, document_id: str) -> Document | None:
        """Return a document as it was last saved."""
        stored = self._read(document_id)
        if stored and stored.get("_conflicts"):
            self._drop(document_id, stored["_conflicts"])
        return _document(stored) if stored else None

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; raises RevisionConflictError."""
        mark = secrets.token_hex(8)
        try:
            revision = self._connection.call("put_document", doc_id=document.id, document=_json(document, mark))["rev"]
        except ConflictError:
            revision = self._saved_before(document.id, mark)
        saved = replace(document, revision=revision)
        self._ring_for([saved])
        return saved

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        """Save several in one request, each by itself; return those that were saved."""
        if not documents:
            return []
        drafts = [_json(document, secrets.token_hex(8)) for document in documents]
        answers = self._connection.call("post_bulk_docs", bulk_docs={"docs": drafts})
        revisions = {answer["id"]: answer["rev"] for answer in answers if "rev" in answer and not answer.get("error")}
        saved = [replace(document, revision=revisions[document.id]) for document in documents if document.id in revisions]
        self._ring_for(saved)
        return saved

    def delete(self, document: Document) -> None:
        """Remove this revision of a document; raises RevisionConflictError."""
        try:
            self._connection.call("delete_document", doc_id=document.id, rev=document.revision)
        except (ConflictError, MissingError) as error:
            raise RevisionConflictError from error

    def expired(self, now: float, *, limit: int) -> list[Document]:
        """Return documents whose `expires_at` is before `now`, earliest first."""
        return self._select("expires", {"expires_at": {"$gte": 0, "$lte": now}}, limit=limit, sort=[{"expires_at": "asc"}])

    def pending(self, *, limit: int) -> list[Document]:
        """Return documents with events to send, the one that waits longest first."""
        return self._select("pending", {"pending_since": {"$gte": 0}}, limit=limit, sort=[{"pending_since": "asc"}])

    def behind(self, document_id: str, *, limit: int) -> list[Document]:
        """Return documents of any kind whose ids come after this one."""
        # The one that is known comes first again, unless it was deleted meanwhile; among them are those of indexes and version.
        most = limit + 1 + len(INDEXES) + 1
        rows = self._connection.call("post_all_docs", include_docs=True, limit=most, start_key=document_id or None)["rows"]
        others = [row for row in rows if row["id"] != document_id and not row["id"].startswith("_design/")]
        return [_document(row["doc"]) for row in others[:limit]]

    def check(self) -> None:
        """Raise if the store does not answer, or has no such database."""
        self._connection.call("get_database_information")

    def close(self) -> None:
        """Let go of all connections."""
        self._connection.close()

    def _ring_for(self, saved: Sequence[Document]) -> None:
        if any(document.outbox and document.lease is None for document in saved):
            self._on_events()

    def _read(self, document_id: str, *, revision: str | None = None) -> Json | None:
        """Return a document as it is stored, and in `_conflicts` the revisions that its present one has won over."""
        try:
            stored: Json = self._connection.call("get_document", doc_id=document_id, rev=revision, conflicts=not revision or None)
        except MissingError:
            return None
        return stored

    def _saved_before(self, document_id: str, mark: str) -> str:
        """Return the revision if it was this very save whose answer got lost before it was tried again.

        In a cluster a save that is refused may have reached one of the copies all the same, and may win over the one that was
        confirmed to somebody else. Then there are two branches, and whoever was refused takes theirs back.
        """
        stored = self._read(document_id)
        if stored is None:
            raise RevisionConflictError
        lost = stored.get("_conflicts", [])
        if stored["mark"] == mark and not lost:
            return str(stored["_rev"])
        branches = [stored, *(self._read(document_id, revision=revision) for revision in lost)]
        if lost:
            self._drop(document_id, [branch["_rev"] for branch in branches if branch and branch["mark"] == mark])
        raise RevisionConflictError

    def _drop(self, document_id: str, revisions: Sequence[str]) -> None:
        """Remove branches: one that stays would come back when the document is deleted."""
        for revision in revisions:
            log.warning("a document had two branches", extra={"kind": document_id.partition(":")[0]})
            with suppress(ConflictError, MissingError):  # somebody else has done it
                self._connection.call("delete_document", doc_id=document_id, rev=revision)

    def _select(self, index: str, selector: Json, **options: Any) -> list[Document]:
        use = {"use_index": [f"outlay-{index}", index], "allow_fallback": False}
        answer = self._connection.call("post_find", selector=selector, **use, **options)
        return [_document(stored) for stored in answer["docs"]]


def _json(document: Document, mark: str) -> Json:
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
        "mark": mark,  # no two saves make the same revision, and each is known again
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
    )
