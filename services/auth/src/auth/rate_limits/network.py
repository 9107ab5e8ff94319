"""The network of a client, by which attempts are counted together."""

from __future__ import annotations

import ipaddress

_IPV6_SITE = 64
"""Bits: the holder of one IPv6 address can use any other within this prefix."""


def network_of(client: str) -> str:
    """Return the network of a client's address in one spelling: an IPv4 address, mapped or not, or the /64 of an IPv6 address."""
    text = client.strip().strip("[]").partition("%")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_SITE), strict=False))
