"""E-mail addresses: how they are kept and when two are the same."""

from __future__ import annotations

import unicodedata


def normalised(email: str) -> str:
    """Return the address as it is kept: trimmed, with the domain in lower case."""
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return f"{local}{at}{domain.lower()}"


def comparable(email: str) -> str:
    """Return the same text for addresses that reach the same person: nobody has two that differ in case or in xn-- spelling."""
    local, at, domain = normalised(email).rpartition("@")
    readable = ".".join(map(_readable, domain.split(".")))
    return unicodedata.normalize("NFC", f"{local}{at}{readable}").casefold()


def mailbox(email: str) -> str:
    """Return the same text for addresses that most providers deliver to one mailbox, whatever follows a + in them."""
    local, at, domain = comparable(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def _readable(label: str) -> str:
    """Return xn--bcher-kva as bücher; Python's own idna codec would refuse or change what newer registries allow."""
    if not label.startswith("xn--"):
        return label
    try:
        readable = label.removeprefix("xn--").encode("ascii").decode("punycode")
        readable.encode("utf-8")
    except UnicodeError:
        return label
    return readable
