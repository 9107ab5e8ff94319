"""Email addresses: how they are stored and when two are the same."""

from __future__ import annotations

import unicodedata


def normalised(email: str) -> str:
    """Return the address as it is stored: trimmed, with the domain in lower case."""
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return f"{local}{at}{domain.lower()}"


def comparable(email: str) -> str:
    """Return the same text for addresses that differ only in case or in the xn-- spelling of the domain."""
    local, at, domain = normalised(email).rpartition("@")
    decoded = ".".join(map(_decoded, domain.split(".")))
    return unicodedata.normalize("NFC", f"{local}{at}{decoded}").casefold()


def mailbox(email: str) -> str:
    """Return the same text for addresses that most providers deliver to one mailbox, whatever follows a +."""
    local, at, domain = comparable(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def _decoded(label: str) -> str:
    """Return xn--bcher-kva as bücher; Python's idna codec would refuse or change what newer registries allow."""
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label.removeprefix("xn--").encode("ascii").decode("punycode")
        decoded.encode("utf-8")
    except UnicodeError:
        return label
    return decoded
