"""Export and import of accounts: documents, which are the same in every store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from auth.app import store_of
from auth.errors import RevisionConflictError
from auth.service_tokens.signing_keys import DOCUMENT_ID as SIGNING_KEYS
from auth.settings import AuthSettings
from auth.store.blind_index import DOCUMENT_ID as BLIND_INDEX_KEY
from auth.store.document import Document
from auth.store.ports import Documents
from chassis.storage.transfer import MARK, Row, ServiceData

_PAGE = 200
_MARK_ID = "import"
_LEFT_BEHIND = {SIGNING_KEYS, _MARK_ID}
"""The target makes signing keys of its own: a service token lives for two minutes."""


class NotSavedError(Exception):
    """A document could not be stored because there is already one with its id."""


class DocumentsPart:
    """All documents except the signing keys, without their revisions."""

    name = "document"

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def rows(self) -> Iterator[Row]:
        return map(_row, self._all())

    def add(self, rows: Sequence[Row]) -> None:
        """Store documents; raises NotSavedError."""
        if any(row["id"] == BLIND_INDEX_KEY for row in rows):
            self._delete_blind_index_key()
        if len(self._documents.save_all([_document(row) for row in rows])) < len(rows):
            raise NotSavedError("a document in the archive is already in the store")

    def is_empty(self) -> bool:
        """Return whether there is nothing but the blind index key, which `migrate` creates."""
        return all(document.id == BLIND_INDEX_KEY for document in islice(self._all(), 2))

    def clear(self) -> None:
        for document in self._all():
            _delete(self._documents, document)

    def _delete_blind_index_key(self) -> None:
        document = self._documents.get(BLIND_INDEX_KEY)
        if document is not None:
            _delete(self._documents, document)

    def _all(self) -> Iterator[Document]:
        page, last = self._documents.after("", limit=_PAGE), ""
        while page:
            yield from (document for document in page if document.id not in _LEFT_BEHIND)
            last = page[-1].id
            page = self._documents.after(last, limit=_PAGE)


class DocumentMark:
    """The mark of an unfinished import, as a document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def set(self) -> None:
        if not self.is_set():
            self._documents.save(Document(id=_MARK_ID, kind="import", body={"what": MARK}))

    def is_set(self) -> bool:
        return self._documents.get(_MARK_ID) is not None

    def remove(self) -> None:
        document = self._documents.get(_MARK_ID)
        if document is not None:
            _delete(self._documents, document)


def _delete(documents: Documents, document: Document) -> None:
    with suppress(RevisionConflictError):  # nobody else is writing, but a response may have got lost
        documents.delete(document)


def _unfinished(documents: Documents) -> list[str]:
    """Return what must be finished before an export: events that wait to be published."""
    return ["events wait in documents"] if documents.pending(limit=1) else []


def _row(document: Document) -> Row:
    return {
        "id": document.id,
        "kind": document.kind,
        "user_id": document.user_id,
        "expires_at": _json(document.expires_at),
        "body": _json(document.body),
    }


def _document(row: Row) -> Document:
    return Document(id=row["id"], kind=row["kind"], user_id=row["user_id"], expires_at=row["expires_at"], body=row["body"])


def _json(value: Any) -> Any:
    """Return JSON with 5 for 5.0, as some stores return it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _json(inner) for name, inner in value.items()}
    return [_json(inner) for inner in value] if isinstance(value, list) else value


def data_of(settings: AuthSettings) -> ServiceData:
    """Return what is in the store that the settings describe; nothing is connected yet."""
    documents = store_of(settings)
    return ServiceData(
        name="auth",
        parts=(DocumentsPart(documents),),
        import_mark=DocumentMark(documents),
        pending=lambda: _unfinished(documents),
        migrate=documents.migrate,
        close=documents.close,
    )
