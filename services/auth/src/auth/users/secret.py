"""Secrets of sessions, access tokens and emailed links. Only the SHA-256 is stored, which suffices for 256 random bits."""

from __future__ import annotations

import hashlib
import re
import secrets

SESSION_PREFIX = "outlay_ses_"
PAT_PREFIX = "outlay_pat_"
"""Secret scanners recognise leaked personal access tokens by it."""
DELEGATED_PREFIX = "outlay_dlg_"
"""Of a service token with which the assistant uses the API for its caller."""
EXTENSION_PREFIX = "outlay_ext_"
"""Of a service token with which IBM Watson Assistant calls the assistant back."""

_BYTES = 32
_FORMAT = re.compile(r"(?:outlay_(?:ses|pat)_)?([0-9a-f-]{36})_[A-Za-z0-9_-]{43}")


def new_secret(user_id: str, prefix: str = "") -> str:
    """Return a new random secret. It names the user in whose document it is looked up."""
    return f"{prefix}{user_id}_{secrets.token_urlsafe(_BYTES)}"


def user_id_in(secret: str) -> str:
    """Return the user id that a secret names, empty if it has another format. The secret itself may be wrong."""
    match = _FORMAT.fullmatch(secret)
    return match[1] if match else ""


def digest(secret: str) -> str:
    """Return what is stored of a secret, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
