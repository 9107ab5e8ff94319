"""The keys that service tokens are signed with: a new one each month, the old one published until its tokens are over."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth.errors import RevisionConflictError
from auth.store.associated_data import signing_key
from auth.store.document import Document
from auth.store.ports import Documents, Ids, KeyPair, Now, Signatures
from chassis.security.encryption import Encryptor

DOCUMENT_ID = "signing-keys"
NEW_KEY_SECONDS = 30 * 86_400.0
# Published first, used later: a verifier that looked just now knows a key before it meets a token signed with it.
PUBLISHED_BEFORE_SECONDS = 120.0
# Far longer than a token lives, since verifiers keep what they have fetched.
PUBLISHED_AFTER_SECONDS = 3_600.0
_LOOK_AGAIN_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A key and the moment from which it signs."""

    id: str
    signs_from: float
    pair: KeyPair


class KeyRing:
    """Keeps the keys in one document, so that of two processes that make a key at a time only one succeeds."""

    def __init__(self, documents: Documents, encryptor: Encryptor, signatures: Signatures, *, ids: Ids, now: Now) -> None:
        self._documents, self._encryptor, self._signatures, self._ids, self._now = documents, encryptor, signatures, ids, now
        self._looked_at = float("-inf")
        self._keys: list[SigningKey] = []
        self._lock = threading.Lock()

    def current(self) -> SigningKey:
        """Return the key to sign with, the first one made when there is none."""
        keys = self._known()
        begun = [key for key in keys if key.signs_from <= self._now()]
        # The first key was perhaps made by a machine whose clock is ahead of this one's.
        return max(begun or keys[:1], key=lambda key: key.signs_from)

    def public(self, key_id: str) -> Mapping[str, Any] | None:
        """Return the public half of a key that is published, None if there is no such key. A key is known before it signs."""
        return next((key.pair.public for key in self._known() if key.id == key_id), None)

    def _known(self) -> list[SigningKey]:
        with self._lock:
            now = self._now()
            if not 0 <= now - self._looked_at < _LOOK_AGAIN_SECONDS:
                self._keys, self._looked_at = self._read() or self._first(), now
            return self._keys

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set."""
        return {"keys": [dict(key.pair.public) for key in self._read() or self._first()]}

    def rotate(self) -> None:
        """Make a new key, which signs in two minutes, and drop those that are long out of use."""
        document = self._documents.get(DOCUMENT_ID)
        if document is None:
            self._first()
            return
        kept = self._in_use([self._key(entry) for entry in document.body["keys"]])
        self._save(document, [*kept, self._make(self._now() + PUBLISHED_BEFORE_SECONDS)])

    def rotate_if_due(self) -> None:
        """Rotate when the newest key is a month old; drop old ones as soon as they are out of use."""
        document = self._documents.get(DOCUMENT_ID)
        if document is None:
            return
        keys = [self._key(entry) for entry in document.body["keys"]]
        if self._now() - max(key.signs_from for key in keys) >= NEW_KEY_SECONDS:
            self.rotate()
        elif len(self._in_use(keys)) < len(keys):
            self._save(document, self._in_use(keys))

    def _in_use(self, keys: list[SigningKey]) -> list[SigningKey]:
        """Leave out keys whose successor has been signing for an hour."""
        long_signing = [key.signs_from for key in keys if key.signs_from + PUBLISHED_AFTER_SECONDS <= self._now()]
        return [key for key in keys if not long_signing or key.signs_from >= max(long_signing)]

    def _first(self) -> list[SigningKey]:
        self._save(Document(id=DOCUMENT_ID, kind="keys", body={}), [self._make(self._now())])
        return self._read()

    def _make(self, signs_from: float) -> SigningKey:
        key_id = self._ids()
        return SigningKey(id=key_id, signs_from=signs_from, pair=self._signatures.make_key(key_id))

    def _save(self, document: Document, keys: list[SigningKey]) -> None:
        body = {"keys": [self._entry(key) for key in keys]}
        try:
            self._documents.save(replace(document, body=body))
        except RevisionConflictError:
            return  # another process has just done the same

    def _read(self) -> list[SigningKey]:
        document = self._documents.get(DOCUMENT_ID)
        return [self._key(entry) for entry in document.body["keys"]] if document else []

    def _entry(self, key: SigningKey) -> dict[str, Any]:
        sealed = self._encryptor.encrypt(key.pair.private, signing_key(key.id))
        return {"id": key.id, "signs_from": key.signs_from, "private": sealed, "public": dict(key.pair.public)}

    def _key(self, entry: Mapping[str, Any]) -> SigningKey:
        pair = KeyPair(self._encryptor.decrypt(entry["private"], signing_key(entry["id"])), entry["public"])
        return SigningKey(id=entry["id"], signs_from=entry["signs_from"], pair=pair)
