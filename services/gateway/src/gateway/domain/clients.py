"""Who asks, if proxies stand between them and us."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address


def client_address(peer: str, forwarded: Iterable[str], *, proxies: int) -> str:
    """Return the address that limits count for: the last one that a proxy of ours saw.

    `peer` is who is connected to us, `forwarded` the values of X-Forwarded-For, to which each of the `proxies` has added whom it
    saw. What stands before that anybody may have written.
    """
    seen = [address.strip() for line in forwarded for address in line.split(",")]
    if not proxies or not seen:
        return peer
    found = seen[-proxies] if len(seen) >= proxies else seen[0]
    return found if _is_address(found) else peer


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
