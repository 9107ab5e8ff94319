"""What export and import transfer of the accounts: documents, which are the same in every store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from auth.app import store_of
from auth.errors import RevisionConflictError
from auth.service_tokens.signing_keys import DOCUMENT_ID as SIGNING_KEYS
from auth.settings import AuthSettings
from auth.store.blind_index import DOCUMENT_ID as FINDING_KEY
from auth.store.document import Document
from auth.store.ports import Store
from chassis.storage.transfer import MARK, Row, ServiceData

_PAGE = 200
_MARK_ID = "import"
_LEFT_BEHIND = {SIGNING_KEYS, _MARK_ID}
"""The keys that service tokens are signed with are made anew: such a token lives for two minutes."""


class NotSavedError(Exception):
    """A document could not be stored, since there is another one of its id."""


class DocumentsPart:
    """All documents but the signing keys, without their revisions."""

    name = "document"

    def __init__(self, documents: Store) -> None:
        """Look at nothing yet."""
        self._documents = documents

    def rows(self) -> Iterator[Row]:
        """Return all of them."""
        return map(_told, self._all())

    def add(self, rows: Sequence[Row]) -> None:
        """Store some."""
        if any(row["id"] == FINDING_KEY for row in rows):
            self._make_room_for_the_finding_key()
        if len(self._documents.save_all([_document(row) for row in rows])) < len(rows):
            message = "a document of the archive is in the store already"
            raise NotSavedError(message)

    def is_empty(self) -> bool:
        """Say whether there is none but a key to find by, which `migrate` makes and nobody was found by yet."""
        return all(document.id == FINDING_KEY for document in islice(self._all(), 2))

    def clear(self) -> None:
        """Delete all of them."""
        for document in self._all():
            _remove(self._documents, document)

    def _make_room_for_the_finding_key(self) -> None:
        made = self._documents.get(FINDING_KEY)
        if made is not None:
            _remove(self._documents, made)

    def _all(self) -> Iterator[Document]:
        page, last = self._documents.behind("", limit=_PAGE), ""
        while page:
            yield from (document for document in page if document.id not in _LEFT_BEHIND)
            last = page[-1].id
            page = self._documents.behind(last, limit=_PAGE)


class DocumentMark:
    """The mark as a document."""

    def __init__(self, documents: Store) -> None:
        """Look at nothing yet."""
        self._documents = documents

    def set(self) -> None:
        """Make it, if it is not there."""
        if not self.is_set():
            self._documents.save(Document(id=_MARK_ID, kind="import", body={"what": MARK}))

    def is_set(self) -> bool:
        """Say whether it is there."""
        return self._documents.get(_MARK_ID) is not None

    def remove(self) -> None:
        """Delete it."""
        document = self._documents.get(_MARK_ID)
        if document is not None:
            _remove(self._documents, document)


def _remove(documents: Store, document: Document) -> None:
    with suppress(RevisionConflictError):  # nobody else is at work, but an answer may have got lost
        documents.delete(document)


def under_way(documents: Store) -> list[str]:
    """Say whether events wait."""
    return ["events wait in documents"] if documents.pending(limit=1) else []


def _told(document: Document) -> Row:
    return {
        "id": document.id,
        "kind": document.kind,
        "user_id": document.user_id,
        "expires_at": _plain(document.expires_at),
        "body": _plain(document.body),
    }


def _document(row: Row) -> Document:
    return Document(id=row["id"], kind=row["kind"], user_id=row["user_id"], expires_at=row["expires_at"], body=row["body"])


def _plain(value: Any) -> Any:
    """Return JSON with 5 for 5.0, as some stores give it back."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def belongings_of(settings: AuthSettings) -> ServiceData:
    """Return what is in the store that the settings name; nothing is connected yet."""
    documents = store_of(settings)
    return ServiceData(
        name="auth",
        parts=(DocumentsPart(documents),),
        marking=DocumentMark(documents),
        under_way=lambda: under_way(documents),
        migrate=documents.migrate,
        close=documents.close,
    )
