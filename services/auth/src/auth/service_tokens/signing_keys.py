"""The keys that sign service tokens: a new one each month; an old one stays published until its tokens have expired."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from auth.errors import RevisionConflictError
from auth.service_tokens.signing import KeyPair, new_key
from auth.store.associated_data import signing_key
from auth.store.document import Document
from auth.store.ports import Now
from auth.store.unit_of_work import DocumentStore, DocumentUnitOfWork
from chassis.runtime.ids import Ids
from chassis.security.encryption import Encryptor

DOCUMENT_ID = "signing-keys"
NEW_KEY_SECONDS = 30 * 86_400.0
# Published first, used later: a verifier that has just fetched the keys knows one before it sees a token signed with it.
PUBLISHED_BEFORE_SECONDS = 120.0
# Far longer than a token lives, since verifiers keep what they have fetched.
PUBLISHED_AFTER_SECONDS = 3_600.0
_CACHE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A key and the time from which it signs."""

    id: str
    signs_from: float
    pair: KeyPair


class SigningKeys:
    """Keeps the keys in one document, so that of two processes that make a key at the same time only one succeeds."""

    def __init__(self, store: DocumentStore, encryptor: Encryptor, *, ids: Ids, now: Now) -> None:
        self._store, self._encryptor, self._ids, self._now = store, encryptor, ids, now
        self._cached_at = float("-inf")
        self._cached: list[SigningKey] = []
        self._lock = threading.Lock()

    def current(self) -> SigningKey:
        """Return the key that signs; makes the first one if there is none."""
        keys = self._known()
        begun = [key for key in keys if key.signs_from <= self._now()]
        # The first key may have been made by a machine whose clock is ahead of this one's.
        return max(begun or keys[:1], key=lambda key: key.signs_from)

    def public(self, key_id: str) -> Mapping[str, Any] | None:
        """Return the public half of a published key, None if there is none. A key is published before it signs."""
        return next((key.pair.public for key in self._known() if key.id == key_id), None)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set."""
        return {"keys": [dict(key.pair.public) for key in self._read() or self._create_first()]}

    def rotate(self) -> None:
        """Add a key, which signs in two minutes, and drop those that are long out of use."""
        self._change(lambda keys: [*self._in_use(keys), self._new(self._now() + PUBLISHED_BEFORE_SECONDS)])

    def rotate_if_due(self) -> None:
        """Rotate when the newest key is a month old; drop old ones as soon as they are out of use."""
        keys = self._read()
        if keys and self._now() - max(key.signs_from for key in keys) >= NEW_KEY_SECONDS:
            self.rotate()
        elif len(self._in_use(keys)) < len(keys):
            self._change(self._in_use)

    def _known(self) -> list[SigningKey]:
        with self._lock:
            now = self._now()
            if not 0 <= now - self._cached_at < _CACHE_SECONDS:
                self._cached, self._cached_at = self._read() or self._create_first(), now
            return self._cached

    def _in_use(self, keys: list[SigningKey]) -> list[SigningKey]:
        """Leave out keys whose successor has been signing for an hour."""
        long_signing = [key.signs_from for key in keys if key.signs_from + PUBLISHED_AFTER_SECONDS <= self._now()]
        return [key for key in keys if not long_signing or key.signs_from >= max(long_signing)]

    def _create_first(self) -> list[SigningKey]:
        self._change(lambda keys: keys)
        return self._read()

    def _change(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> None:
        """Change the keys, or make the first one if there is none."""

        def act(unit: DocumentUnitOfWork) -> None:
            keys = [self._key(entry) for entry in unit.document.body["keys"]] if unit.document else []
            changed = change(keys) if keys else [self._new(self._now())]
            if changed != keys:
                document = unit.document or Document(id=DOCUMENT_ID, kind="keys", body={})
                unit.save(replace(document, body={"keys": [self._entry(key) for key in changed]}))

        with suppress(RevisionConflictError):  # another process has just done the same
            self._store.run(DOCUMENT_ID, act, attempts=1)

    def _read(self) -> list[SigningKey]:
        document = self._store.get(DOCUMENT_ID)
        return [self._key(entry) for entry in document.body["keys"]] if document else []

    def _new(self, signs_from: float) -> SigningKey:
        key_id = self._ids()
        return SigningKey(id=key_id, signs_from=signs_from, pair=new_key(key_id))

    def _entry(self, key: SigningKey) -> dict[str, Any]:
        encrypted = self._encryptor.encrypt(key.pair.private, signing_key(key.id))
        return {"id": key.id, "signs_from": key.signs_from, "private": encrypted, "public": dict(key.pair.public)}

    def _key(self, entry: Mapping[str, Any]) -> SigningKey:
        pair = KeyPair(self._encryptor.decrypt(entry["private"], signing_key(entry["id"])), entry["public"])
        return SigningKey(id=entry["id"], signs_from=entry["signs_from"], pair=pair)
