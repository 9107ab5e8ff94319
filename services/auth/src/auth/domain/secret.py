"""Secrets that people and scripts carry; stored as SHA-256 alone, which suffices for 256 random bits."""

from __future__ import annotations

import hashlib
import secrets

SESSION_PREFIX = "outlay_ses_"
TOKEN_PREFIX = "outlay_pat_"  # noqa: S105  a prefix is no secret: scanners find leaked tokens by it

_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a fresh secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return what is stored of a secret, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
