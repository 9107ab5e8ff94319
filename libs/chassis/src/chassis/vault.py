"""Encrypts what must be read back (AES-256-GCM) and hashes what must only be found again (HMAC-SHA-256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealError(Exception):
    """A sealed value was made with another key, or somebody changed it."""


class Vault:
    """Seals and opens with a data key. Sealed values are text: v1.<key id>.<base64url of nonce and ciphertext>."""

    def __init__(self, key: bytes) -> None:
        """Derive the keys of each purpose from one data key of 32 bytes."""
        if len(key) != KEY_BYTES:
            message = f"the data key has {len(key)} bytes, must have {KEY_BYTES}"
            raise ValueError(message)
        self._cipher = AESGCM(_derive(key, b"seal"))
        self._finding = _derive(key, b"find")
        self._signing = _derive(key, b"sign")
        self.key_id = hashlib.sha256(key).hexdigest()[:8]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the sealing one first."""
        return (self.key_id,)

    def seal(self, text: str) -> str:
        """Encrypt; the same text gives another value each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), self.key_id.encode())
        return f"v1.{self.key_id}.{_encode(sealed)}"

    def open(self, sealed: str) -> str:
        """Decrypt; raises SealError."""
        try:
            version, key_id, payload = sealed.split(".")
            raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
            if version != "v1" or key_id != self.key_id:
                message = f"sealed with key {key_id}, this is {self.key_id}"
                raise SealError(message)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], key_id.encode()).decode()
        except (ValueError, InvalidTag) as error:
            message = "not a sealed value, or changed since"
            raise SealError(message) from error

    def fingerprint(self, text: str) -> str:
        """Return a keyed hash (hex) by which the same text is found again."""
        return hmac.new(self._finding, text.encode(), hashlib.sha256).hexdigest()

    def sign(self, data: bytes) -> str:
        """Return a short keyed signature (base64url) over data that goes out and comes back."""
        return _encode(hmac.new(self._signing, data, hashlib.sha256).digest()[:12])

    def signed(self, data: bytes, signature: str) -> bool:
        """Say whether the signature is ours."""
        return hmac.compare_digest(self.sign(data).encode(), signature.encode())


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"outlay " + purpose).derive(key)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parse_key(text: str) -> bytes:
    """Read a data key as settings hold it: 64 hex digits; raises ValueError with what to do."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        message = "must be 64 hex digits, such as `openssl rand -hex 32` prints"
        raise ValueError(message)
    return key


def key_in(path: Path) -> bytes:
    """Return the data key in a file, made at the first call and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(KEY_BYTES) + "\n", "ascii")
        fresh.rename(path)
    return parse_key(path.read_text("ascii").strip())
