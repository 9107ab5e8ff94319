"""The keyed hash by which an address is found again although it is kept sealed."""

from __future__ import annotations

import hashlib
import hmac
import threading
from contextlib import suppress

from auth.errors import RevisionConflictError
from auth.store.associated_data import FINDING_KEY
from auth.store.document import Document
from auth.store.ports import Documents
from chassis.security.encryption import Encryptor

DOCUMENT_ID = "finding-key"
_SIGNING_KEYS = "signing-keys"


class Finding:
    """Has a key of its own, which lies sealed in a document: when data keys are rotated it is sealed anew and stays what it is.

    The ids of the documents that stand for addresses are made of this hash, so they stay what they are, too. `migrate rekey` seals
    this document last: as long as it needs a data key, something else may need it.
    """

    def __init__(self, documents: Documents, encryptor: Encryptor) -> None:
        self._documents, self._encryptor = documents, encryptor
        self._key = b""
        self._lock = threading.Lock()

    def fingerprint(self, text: str) -> str:
        """Return a keyed hash (hex) by which the same text is found again."""
        return hmac.new(self.key(), text.encode(), hashlib.sha256).hexdigest()

    def key(self) -> bytes:
        """Return the key, made at the first call of all; raises what sealing raises if no data key opens it."""
        with self._lock:
            if not self._key:
                document = self._documents.get(DOCUMENT_ID) or self._made()
                self._key = bytes.fromhex(self._encryptor.decrypt(document.body["sealed"], FINDING_KEY))
            return self._key

    def _made(self) -> Document:
        """Begin with the key by which addresses were found before it was kept here."""
        signing = self._documents.get(_SIGNING_KEYS)
        key = self._encryptor.derive_blind_index_key(signing.body["keys"][0]["private"] if signing else None)
        body = {"sealed": self._encryptor.encrypt(key.hex(), FINDING_KEY)}
        fresh = Document(id=DOCUMENT_ID, kind="keys", body=body)
        with suppress(RevisionConflictError):
            return self._documents.save(fresh)
        return self._documents.get(DOCUMENT_ID) or fresh  # another process was faster
