"""Ports of 127.0.0.1 for servers that a test starts."""

from __future__ import annotations

import random
import socket

_RANGE = range(10240, 32768)
"""Below those from which Linux gives outgoing connections theirs: what is free now is then not taken by the next connection."""
_chance = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on; chosen by chance, so that two who ask at the same moment get different ones."""
    found: list[int] = []
    while len(found) < count:
        port = _chance.choice(_RANGE)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
