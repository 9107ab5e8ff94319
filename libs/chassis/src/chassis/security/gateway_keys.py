"""Proof that a request comes from a gateway of this installation: a shared key that gateways send."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

HEADER = "X-Gateway-Key"
GATEWAY_KEY_DOC = "the key that authenticates a gateway to auth, one per line: the first is sent, all are accepted"
_FEWEST_CHARACTERS = 32


def parse_gateway_keys(text: str) -> tuple[str, ...]:
    """Parse the keys, one per line: the first is sent, all are accepted. Raises ValueError."""
    keys = tuple(line.strip() for line in text.splitlines() if line.strip())
    for key in keys or ("",):
        if len(key) < _FEWEST_CHARACTERS or not key.isascii() or not key.isalnum():
            raise ValueError(
                f"needs at least {_FEWEST_CHARACTERS} letters and digits per line; make one with: openssl rand -hex 32"
            )
    return keys


class GatewayKeys:
    """Recognizes requests of gateways."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Without keys, no request counts as a gateway's."""
        self._digests = [_digest(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def sent_by_gateway(self, headers: Mapping[str, str]) -> bool:
        given = _digest(headers.get(HEADER, ""))
        return any(hmac.compare_digest(given, known) for known in self._digests)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
