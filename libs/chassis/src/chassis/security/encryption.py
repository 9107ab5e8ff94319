"""Encrypts what must be read back (AES-256-GCM), with a ring of keys of which one seals and all open; and signs (HMAC-SHA-256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORM = "v2"
_FORMER_FORM = "v1"
"""Values of this form are not bound to a place. They are read, and sealed anew by `migrate rekey`."""


class DecryptionError(Exception):
    """A sealed value was made with another key or for another place, or somebody changed it."""


class UnknownKeyError(DecryptionError):
    """A sealed value was made with a key that is not among those given. `key_id` names it."""

    def __init__(self, key_id: str, known: tuple[str, ...]) -> None:
        """Say which key is missing."""
        super().__init__(
            f"sealed with the data key {key_id}, which is not among those given ({', '.join(known)}): "
            "put it back into OUTLAY_DATA_KEY, and take it out again when `migrate rekey` says that nothing needs it"
        )
        self.key_id = key_id


class Encryptor:
    """Seals with the first of its data keys and opens with any.

    Sealed values are text: v2.<key id>.<base64url of nonce and ciphertext>. A place says what the value is and whose, such as
    `email:<user id>`; it is not in the value, and a value that was copied to another place does not open there.
    """

    def __init__(self, key: bytes, *others: bytes) -> None:
        """Derive the keys of each purpose from data keys of 32 bytes; raises ValueError if two have one id."""
        for each in (key, *others):
            if len(each) != KEY_BYTES:
                message = f"a data key has {len(each)} bytes, must have {KEY_BYTES}"
                raise ValueError(message)
        self._keys = {key_id_of(each): each for each in (key, *others)}
        if len(self._keys) != 1 + len(others):
            message = "two of the data keys are the same"
            raise ValueError(message)
        self.key_id = key_id_of(key)
        self._ciphers = {key_id: AESGCM(_derive(each, b"seal")) for key_id, each in self._keys.items()}
        self._signing = [_derive(each, b"sign") for each in self._keys.values()]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the sealing one first."""
        return tuple(self._keys)

    def encrypt(self, text: str, place: str) -> str:
        """Encrypt for a place; the same text gives another value each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = f"{self.key_id}|{place}".encode()
        return f"{self.mark}{_encode(nonce + self._ciphers[self.key_id].encrypt(nonce, text.encode(), bound))}"

    def decrypt(self, sealed: str, place: str) -> str:
        """Decrypt; raises DecryptionError."""
        try:
            form, key_id, payload = sealed.split(".")
            raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
            if form not in {_FORM, _FORMER_FORM}:
                raise ValueError
            if key_id not in self._ciphers:
                raise UnknownKeyError(key_id[:8], self.key_ids)
            bound = f"{key_id}|{place}" if form == _FORM else key_id
            return self._ciphers[key_id].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound.encode()).decode()
        except (ValueError, InvalidTag) as error:
            message = "not a sealed value, or sealed for another place, or changed since"
            raise DecryptionError(message) from error

    @property
    def mark(self) -> str:
        """What every value begins with that needs no renewal."""
        return f"{_FORM}.{self.key_id}."

    @property
    def readable(self) -> tuple[str, ...]:
        """What every value begins with that one of the keys opens."""
        return tuple(f"{form}.{key_id}." for key_id in self._keys for form in (_FORM, _FORMER_FORM))

    def renew(self, sealed: str, place: str) -> str:
        """Return the value sealed with the first key, the very same if it is already; raises DecryptionError."""
        return sealed if sealed.startswith(self.mark) else self.encrypt(self.decrypt(sealed, place), place)

    def blind_index_key(self, beside: str | None) -> bytes:
        """Return the key of the keyed hash as it was derived before it was a key of its own.

        It belongs to the data key that sealed the value `beside`, or to the first one.
        """
        key_id = beside.split(".")[1] if beside else self.key_id
        if key_id not in self._keys:
            raise UnknownKeyError(key_id, self.key_ids)
        return _derive(self._keys[key_id], b"find")

    def sign(self, data: bytes) -> str:
        """Return a short keyed signature (base64url) over data that goes out and comes back."""
        return _signature(self._signing[0], data)

    def signed(self, data: bytes, signature: str) -> bool:
        """Say whether the signature is ours, made with any of the keys."""
        return any(hmac.compare_digest(_signature(key, data).encode(), signature.encode()) for key in self._signing)


def key_id_of(key: bytes) -> str:
    """Return the name of a data key, which tells nothing about it."""
    return hashlib.sha256(key).hexdigest()[:8]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"outlay " + purpose).derive(key)


def _signature(key: bytes, data: bytes) -> str:
    return _encode(hmac.new(key, data, hashlib.sha256).digest()[:12])


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
