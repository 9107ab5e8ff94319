"""Secrets that people and scripts carry; stored as SHA-256 alone, which suffices for 256 random bits."""

from __future__ import annotations

import hashlib
import re
import secrets

SESSION_PREFIX = "outlay_ses_"
TOKEN_PREFIX = "outlay_pat_"  # noqa: S105  a prefix is no secret: scanners find leaked tokens by it

DELEGATED_PREFIX = "outlay_dlg_"
"""Of a service token by which the assistant uses the API for whoever asked it."""
EXTENSION_PREFIX = "outlay_ext_"
"""Of a service token by which IBM Watson Assistant calls the assistant back."""

_BYTES = 32
_FORM = re.compile(r"(?:outlay_(?:ses|pat)_)?([0-9a-f-]{36})_[A-Za-z0-9_-]{43}")


def new_secret(user_id: str, prefix: str = "") -> str:
    """Return a fresh secret that nobody can guess and that names its user, in whose document it is then looked up."""
    return f"{prefix}{user_id}_{secrets.token_urlsafe(_BYTES)}"


def user_id_in(secret: str) -> str:
    """Return the id of the user whom a secret names, empty if it is none of ours. Whether it is a good one is not said by that."""
    match = _FORM.fullmatch(secret)
    return match[1] if match else ""


def digest(secret: str) -> str:
    """Return what is stored of a secret, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
