"""The blind index: a keyed hash by which an encrypted address can be found."""

from __future__ import annotations

import hashlib
import hmac
import threading

from auth.store.associated_data import BLIND_INDEX_KEY
from auth.store.document import Document
from auth.store.unit_of_work import DocumentStore, DocumentUnitOfWork
from chassis.security.encryption import Encryptor

DOCUMENT_ID = "finding-key"
_SIGNING_KEYS = "signing-keys"


class BlindIndex:
    """Hashes with a key of its own, which is stored encrypted in a document.

    A rotation of data keys re-encrypts this key and does not change it, since document ids are made of these hashes. `migrate
    rekey` re-encrypts this document last: while it needs a data key, something else may need it too.
    """

    def __init__(self, store: DocumentStore, encryptor: Encryptor) -> None:
        self._store, self._encryptor = store, encryptor
        self._key = b""
        self._lock = threading.Lock()

    def of(self, text: str) -> str:
        """Return the keyed hash of a text, in hex."""
        return hmac.new(self.key(), text.encode(), hashlib.sha256).hexdigest()

    def key(self) -> bytes:
        """Return the key, which the very first call creates; raises DecryptionError if no data key decrypts it."""
        with self._lock:
            if not self._key:
                document = self._store.get(DOCUMENT_ID) or self._store.run(DOCUMENT_ID, self._create)
                self._key = bytes.fromhex(self._encryptor.decrypt(document.body["sealed"], BLIND_INDEX_KEY))
            return self._key

    def _create(self, unit: DocumentUnitOfWork) -> Document:
        if unit.document is not None:
            return unit.document  # another process was faster
        # The key by which addresses were found before it was stored here.
        signing = self._store.get(_SIGNING_KEYS)
        key = self._encryptor.derive_blind_index_key(signing.body["keys"][0]["private"] if signing else None)
        document = Document(id=DOCUMENT_ID, kind="keys", body={"sealed": self._encryptor.encrypt(key.hex(), BLIND_INDEX_KEY)})
        unit.save(document)
        return document
