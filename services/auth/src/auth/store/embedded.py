"""The embedded store: documents as JSON in one table of SQLite, for a suite in one process."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from auth.errors import RevisionConflictError
from auth.store.document import Document, Lease, PendingEvent
from auth.store.schema_version import VERSION, check_version, refuse_newer
from chassis.storage.database import ADDED_EVENTS, Database

_metadata = sa.MetaData()
_documents = sa.Table(
    "document",
    _metadata,
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("revision", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("user_id", sa.String(36), nullable=False),
    sa.Column("expires_at", sa.Float),
    sa.Column("pending_since", sa.Float),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("document_expires", "expires_at", sqlite_where=sa.text("expires_at IS NOT NULL")),
    sa.Index("document_pending", "pending_since", sqlite_where=sa.text("pending_since IS NOT NULL")),
)


class SqliteDocuments:
    """Documents in SQLite. Several threads may use them; writers take turns."""

    def __init__(self, url: str, *, on_events: Callable[[], None] = lambda: None) -> None:
        """Connect to nothing yet; `on_events` is called after a save of events that any relay may publish."""
        self._database = Database(url, on_events=on_events, check_schema=_check_version)

    @property
    def database(self) -> Database:
        return self._database

    def migrate(self) -> None:
        """Create the table if it is missing; raises SchemaTooNewError if a newer auth has written here."""
        with self._database.migrating("auth") as connection:
            refuse_newer(_version(connection))
            _metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def get(self, document_id: str) -> Document | None:
        found = self._select(sa.select(_documents).where(_documents.c.id == document_id))
        return found[0] if found else None

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; raises RevisionConflictError."""
        saved = replace(document, revision=_next(document.revision))
        row = _row(saved)
        with self._database.begin() as connection:
            if document.revision:
                change = _documents.update().where(_is_revision(document)).values(row)
                if connection.execute(change).rowcount == 0:
                    raise RevisionConflictError
            else:
                try:
                    connection.execute(_documents.insert().values(row))
                except IntegrityError as error:
                    raise RevisionConflictError from error
            if saved.outbox and saved.lease is None:
                connection.info[ADDED_EVENTS] = True
        return saved

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        saved = []
        for document in documents:
            with suppress(RevisionConflictError):
                saved.append(self.save(document))
        return saved

    def delete(self, document: Document) -> None:
        """Delete this revision of a document; raises RevisionConflictError."""
        with self._database.begin() as connection:
            if connection.execute(_documents.delete().where(_is_revision(document))).rowcount == 0:
                raise RevisionConflictError

    def expired(self, now: float, *, limit: int) -> list[Document]:
        expires_at = _documents.c.expires_at
        return self._select(sa.select(_documents).where(expires_at <= now).order_by(expires_at).limit(limit))

    def pending(self, *, limit: int) -> list[Document]:
        since = _documents.c.pending_since
        return self._select(sa.select(_documents).where(since.is_not(None)).order_by(since).limit(limit))

    def after(self, document_id: str, *, limit: int) -> list[Document]:
        columns = _documents.c
        return self._select(sa.select(_documents).where(columns.id > document_id).order_by(columns.id).limit(limit))

    def resolve_conflicts(self) -> int:
        """Return 0: of two simultaneous saves one is refused, so there are no conflicting revisions."""
        return 0

    def check(self) -> None:
        self._database.check()

    def close(self) -> None:
        self._database.close()

    def _select(self, query: sa.Select[Any]) -> list[Document]:
        with self._database.read() as connection:
            return [_document(row) for row in connection.execute(query)]


def _version(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def _check_version(connection: sa.Connection) -> None:
    check_version(_version(connection))


def _is_revision(document: Document) -> sa.ColumnElement[bool]:
    return sa.and_(_documents.c.id == document.id, _documents.c.revision == document.revision)


def _next(revision: str) -> str:
    """Return the next revision; the random part distinguishes a document that was deleted and created again."""
    return f"{int(revision.partition('-')[0] or 0) + 1}-{secrets.token_hex(8)}"


def _row(document: Document) -> dict[str, Any]:
    content = {
        "body": dict(document.body),
        "outbox": [asdict(event) for event in document.outbox],
        "lease": asdict(document.lease) if document.lease else None,
    }
    return {
        "id": document.id,
        "revision": document.revision,
        "kind": document.kind,
        "user_id": document.user_id,
        "expires_at": document.expires_at,
        "pending_since": min((event.at for event in document.outbox), default=None),
        "body": json.dumps(content, separators=(",", ":"), ensure_ascii=False),
    }


def _document(row: Any) -> Document:
    content = json.loads(row.body)
    return Document(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        expires_at=row.expires_at,
        body=content["body"],
        outbox=tuple(PendingEvent(**event) for event in content["outbox"]),
        lease=Lease(**content["lease"]) if content["lease"] else None,
        revision=row.revision,
    )
