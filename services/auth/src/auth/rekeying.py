"""Seals everything anew that is sealed with an older key, while people go on using it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from auth.service_tokens import signing_keys as keys
from auth.store import blind_index as finding
from auth.store.associated_data import FINDING_KEY, address_of, signing_key
from auth.store.document import Document
from auth.store.ports import Store
from auth.users.document import user_document_id
from auth.users.store import ATTEMPTS
from chassis.security.encryption import Encryptor
from chassis.security.rekeying import RekeyingCount

_BATCH = 200
_USERS = user_document_id("")


class Rekeying:
    """Goes through the documents in the order of their ids, and leaves alone what is sealed with the newest key.

    So going through them again costs no writes: after a kill, or to catch what was saved meanwhile by a process that sealed with
    another key. A document is saved only as the next revision of what was read, so no change by somebody else is lost.
    """

    def __init__(self, documents: Store, encryptor: Encryptor) -> None:
        """Read nothing yet."""
        self._documents, self._encryptor = documents, encryptor

    def __call__(self) -> Iterator[RekeyingCount]:
        """Do it; yield the count of each kind. The key to find by comes last, and only if nothing else needs an older key."""
        users, signing, found = RekeyingCount("email addresses"), RekeyingCount("signing keys"), RekeyingCount("blind index key")
        self._renew_users(users)
        yield users
        self._renew_one(keys.DOCUMENT_ID, self._signing_keys, signing)
        signing.seen = 1
        yield signing
        if not any((users.unreadable, users.missed, signing.unreadable, signing.missed)):
            self._renew_one(finding.DOCUMENT_ID, self._finding_key, found)
            found.seen = 1
            yield found

    def _renew_users(self, count: RekeyingCount) -> None:
        page = self._users_behind(_USERS)
        while page:
            count.seen += len(page)
            changed = [fresh for document in page if (fresh := self._renewed(document, self._user, count)) is not document]
            saved = {document.id for document in self._documents.save_all(changed)}
            count.renewed += len(saved)
            for document in changed:
                if document.id not in saved:  # somebody else has just saved it
                    self._renew_one(document.id, self._user, count)
            page = self._users_behind(page[-1].id)

    def _users_behind(self, document_id: str) -> list[Document]:
        found = self._documents.behind(document_id, limit=_BATCH)
        return list(takewhile(lambda document: document.id.startswith(_USERS), found))

    def _renew_one(self, document_id: str, renewed: Callable[[Document], Mapping[str, Any]], count: RekeyingCount) -> None:
        for _ in range(ATTEMPTS):
            document = self._documents.get(document_id)
            if document is None:
                return
            fresh = self._renewed(document, renewed, count)
            if fresh is document:
                return
            if self._documents.save_all([fresh]):
                count.renewed += 1
                return
        count.missed += 1

    def _renewed(self, document: Document, body: Callable[[Document], Mapping[str, Any]], count: RekeyingCount) -> Document:
        with count.counting_unreadable():
            fresh = body(document)
            if fresh != document.body:
                return replace(document, body=fresh)
        return document

    def _user(self, document: Document) -> Mapping[str, Any]:
        if "email" not in document.body:
            return document.body  # a tombstone, which has nothing to seal any more
        email = self._encryptor.reencrypt(document.body["email"], address_of(document.user_id))
        pending = document.body.get("pending")
        if pending:
            pending = {**pending, "email": self._encryptor.reencrypt(pending["email"], address_of(document.user_id))}
        return {**document.body, "email": email, **({"pending": pending} if pending else {})}

    def _signing_keys(self, document: Document) -> Mapping[str, Any]:
        entries = document.body["keys"]
        renewed = [{**entry, "private": self._encryptor.reencrypt(entry["private"], signing_key(entry["id"]))} for entry in entries]
        return {**document.body, "keys": renewed}

    def _finding_key(self, document: Document) -> Mapping[str, Any]:
        return {**document.body, "sealed": self._encryptor.reencrypt(document.body["sealed"], FINDING_KEY)}
