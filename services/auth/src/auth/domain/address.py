"""E-mail addresses: how they are kept and when two are the same."""

from __future__ import annotations

import unicodedata


def normalised(email: str) -> str:
    """Return the address as it is kept: trimmed, with the domain in lower case."""
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return f"{local}{at}{domain.lower()}"


def comparable(email: str) -> str:
    """Return the same text for addresses that reach the same person: nobody has two that differ in case."""
    return normalised(email).casefold()
