"""Signs event webhooks as SendGrid does: ECDSA with P-256 and SHA-256 over the timestamp followed by the body."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


class Signer:
    """Holds the private key."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the key from a file, or make it (and the file, if one is named)."""
        if path is not None and path.exists():
            self._key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            return
        self._key = ec.generate_private_key(ec.SECP256R1())
        if path is not None:
            path.write_bytes(self._pem())

    def headers(self, body: bytes, timestamp: str) -> dict[str, str]:
        """Return the two headers that belong to a body."""
        assert isinstance(self._key, ec.EllipticCurvePrivateKey)
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: timestamp}

    @property
    def public_key(self) -> str:
        """The verification key as SendGrid's pages show it: base64 of DER."""
        der = self._key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def _pem(self) -> bytes:
        return self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
