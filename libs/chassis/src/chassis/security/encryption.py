"""Encryption of what must be read back (AES-256-GCM), with a ring of keys: the first encrypts, all decrypt; and HMAC signatures."""

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
_FORMAT = "v2"
_LEGACY_FORMAT = "v1"
"""Without associated data. Still decrypted, and re-encrypted by `migrate rekey`."""


class DecryptionError(Exception):
    """The ciphertext was changed, or made with another key or other associated data."""


class UnknownKeyError(DecryptionError):
    """The ciphertext was made with a key that is not configured; `key_id` names it."""

    def __init__(self, key_id: str, known: tuple[str, ...]) -> None:
        """Say which key is missing."""
        super().__init__(
            f"encrypted with the data key {key_id}, which is not configured (only {', '.join(known)}): "
            "put it back into OUTLAY_DATA_KEY, and remove it when `migrate rekey` says that it is no longer needed"
        )
        self.key_id = key_id


class Encryptor:
    """Encrypts with the first of its data keys and decrypts with any.

    A ciphertext is text: v2.<key id>.<base64url of nonce and encrypted bytes>. The associated data say what the value is and
    whose, such as `email:<user id>`. They are authenticated but not stored: a ciphertext copied to another row cannot be decrypted.
    """

    def __init__(self, key: bytes, *others: bytes) -> None:
        """Derive the keys of each purpose from data keys of 32 bytes; raises ValueError if two have one id."""
        for each in (key, *others):
            if len(each) != KEY_BYTES:
                raise ValueError(f"a data key has {len(each)} bytes, must have {KEY_BYTES}")
        self._keys = {key_id_of(each): each for each in (key, *others)}
        if len(self._keys) != 1 + len(others):
            raise ValueError("two of the data keys are the same")
        self.key_id = key_id_of(key)
        self._ciphers = {key_id: AESGCM(_derive(each, b"seal")) for key_id, each in self._keys.items()}
        self._signing = [_derive(each, b"sign") for each in self._keys.values()]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one that encrypts first."""
        return tuple(self._keys)

    def encrypt(self, text: str, associated_data: str) -> str:
        """Encrypt; the same text gives a different ciphertext each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = f"{self.key_id}|{associated_data}".encode()
        return f"{self.current_prefix}{_encode(nonce + self._ciphers[self.key_id].encrypt(nonce, text.encode(), bound))}"

    def decrypt(self, ciphertext: str, associated_data: str) -> str:
        """Decrypt; raises DecryptionError."""
        try:
            version, key_id, payload = ciphertext.split(".")
            raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
            if version not in {_FORMAT, _LEGACY_FORMAT}:
                raise ValueError
            if key_id not in self._ciphers:
                raise UnknownKeyError(key_id[:8], self.key_ids)
            bound = f"{key_id}|{associated_data}" if version == _FORMAT else key_id
            return self._ciphers[key_id].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise DecryptionError("not a ciphertext, or made with other associated data, or changed since") from error

    @property
    def current_prefix(self) -> str:
        """What every ciphertext begins with that need not be re-encrypted."""
        return f"{_FORMAT}.{self.key_id}."

    @property
    def known_prefixes(self) -> tuple[str, ...]:
        """What every ciphertext begins with that one of the keys decrypts."""
        return tuple(f"{version}.{key_id}." for key_id in self._keys for version in (_FORMAT, _LEGACY_FORMAT))

    def reencrypt(self, ciphertext: str, associated_data: str) -> str:
        """Return the value encrypted with the first key, unchanged if it already is; raises DecryptionError."""
        if ciphertext.startswith(self.current_prefix):
            return ciphertext
        return self.encrypt(self.decrypt(ciphertext, associated_data), associated_data)

    def derive_blind_index_key(self, ciphertext: str | None) -> bytes:
        """Derive the first blind index key from the data key that made `ciphertext`, or else from the first data key."""
        key_id = ciphertext.split(".")[1] if ciphertext else self.key_id
        if key_id not in self._keys:
            raise UnknownKeyError(key_id, self.key_ids)
        return _derive(self._keys[key_id], b"find")

    def sign(self, data: bytes) -> str:
        """Return a short keyed signature (base64url) of data that leaves and comes back."""
        return _signature(self._signing[0], data)

    def is_signed(self, data: bytes, signature: str) -> bool:
        """Return whether the signature was made with one of the keys."""
        return any(hmac.compare_digest(_signature(key, data).encode(), signature.encode()) for key in self._signing)


def key_id_of(key: bytes) -> str:
    """Return the id of a data key, which reveals nothing about it."""
    return hashlib.sha256(key).hexdigest()[:8]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"outlay " + purpose).derive(key)


def _signature(key: bytes, data: bytes) -> str:
    return _encode(hmac.new(key, data, hashlib.sha256).digest()[:12])


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
