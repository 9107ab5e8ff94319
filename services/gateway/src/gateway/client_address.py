"""The address of a client behind proxies."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address


def client_address(peer: str, forwarded: Iterable[str], *, proxies: int) -> str:
    """Return the address that rate limits count for: the last one that a proxy of ours saw.

    `peer` is connected to us, `forwarded` are the values of X-Forwarded-For, to which each of our `proxies` has added the address
    that it saw. Anybody may have written what comes before those.
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
