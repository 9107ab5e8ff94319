"""Re-encrypts everything that is encrypted with an older data key, while people go on using it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from auth.service_tokens import signing_keys
from auth.store import blind_index
from auth.store.associated_data import BLIND_INDEX_KEY, email_of, signing_key
from auth.store.document import Document
from auth.store.ports import Documents
from auth.store.unit_of_work import ATTEMPTS
from auth.users.mapping import user_document_id
from chassis.security.encryption import Encryptor
from chassis.security.rekeying import RekeyingCount

Body = Mapping[str, Any]

_BATCH = 200
_USERS = user_document_id("")


class Rekeying:
    """Goes through the documents in the order of their ids, and leaves alone what is encrypted with the newest key.

    So a second run costs no writes: after a kill, or to catch what a process with another key saved meanwhile. A
    document is saved only as the next revision of what was read, so no change by somebody else is lost.
    """

    def __init__(self, documents: Documents, encryptor: Encryptor) -> None:
        self._documents, self._encryptor = documents, encryptor

    def __call__(self) -> Iterator[RekeyingCount]:
        """Yield the count of each kind of value. The blind index key comes last, and only if nothing else needs an older key."""
        users, signing, blind = RekeyingCount("email addresses"), RekeyingCount("signing keys"), RekeyingCount("blind index key")
        self._rekey_users(users)
        yield users
        self._rekey(signing_keys.DOCUMENT_ID, self._signing_keys, signing)
        signing.seen = 1
        yield signing
        if not any((users.unreadable, users.missed, signing.unreadable, signing.missed)):
            self._rekey(blind_index.DOCUMENT_ID, self._blind_index_key, blind)
            blind.seen = 1
            yield blind

    def _rekey_users(self, count: RekeyingCount) -> None:
        page = self._users_after(_USERS)
        while page:
            count.seen += len(page)
            changed = [fresh for document in page if (fresh := self._reencrypted(document, self._user, count)) is not document]
            saved = {document.id for document in self._documents.save_all(changed)}
            count.renewed += len(saved)
            for document in changed:
                if document.id not in saved:  # somebody else has just saved it
                    self._rekey(document.id, self._user, count)
            page = self._users_after(page[-1].id)

    def _users_after(self, document_id: str) -> list[Document]:
        found = self._documents.after(document_id, limit=_BATCH)
        return list(takewhile(lambda document: document.id.startswith(_USERS), found))

    def _rekey(self, document_id: str, reencrypted: Callable[[Document], Body], count: RekeyingCount) -> None:
        for _ in range(ATTEMPTS):
            document = self._documents.get(document_id)
            if document is None:
                return
            fresh = self._reencrypted(document, reencrypted, count)
            if fresh is document:
                return
            if self._documents.save_all([fresh]):
                count.renewed += 1
                return
        count.missed += 1

    def _reencrypted(self, document: Document, body: Callable[[Document], Body], count: RekeyingCount) -> Document:
        with count.counting_unreadable():
            fresh = body(document)
            if fresh != document.body:
                return replace(document, body=fresh)
        return document

    def _user(self, document: Document) -> Body:
        if "email" not in document.body:
            return document.body  # a tombstone with nothing encrypted left
        email = self._encryptor.reencrypt(document.body["email"], email_of(document.user_id))
        pending = document.body.get("pending")
        if pending:
            pending = {**pending, "email": self._encryptor.reencrypt(pending["email"], email_of(document.user_id))}
        return {**document.body, "email": email, **({"pending": pending} if pending else {})}

    def _signing_keys(self, document: Document) -> Body:
        entries = document.body["keys"]
        return {
            **document.body,
            "keys": [
                {**entry, "private": self._encryptor.reencrypt(entry["private"], signing_key(entry["id"]))} for entry in entries
            ],
        }

    def _blind_index_key(self, document: Document) -> Body:
        return {**document.body, "sealed": self._encryptor.reencrypt(document.body["sealed"], BLIND_INDEX_KEY)}
