"""Ports of 127.0.0.1 for servers that a test starts."""

from __future__ import annotations

import itertools
import os
import random
import socket

_RANGE = range(10240, 32768)
"""Below those from which Linux gives outgoing connections theirs: what is free now is then not taken by the next connection."""
_MOST_WORKERS = 16


def ports_of(worker: str) -> list[int]:
    """Return the ports of one worker of a test run, such as "gw0"; no other one has them.

    Whoever asks for a port needs seconds to listen on it. Two servers that were told the same one do not only fail: the first to listen
    answers for the other, which then seems to be ready.
    """
    return list(_RANGE[int(worker.removeprefix("gw")) % _MOST_WORKERS :: _MOST_WORKERS])


def _in_turn() -> itertools.cycle[int]:
    own = ports_of(os.environ.get("PYTEST_XDIST_WORKER", f"gw{_MOST_WORKERS - 1}"))
    first = random.SystemRandom().randrange(len(own))  # programs that are no workers share a range
    return itertools.cycle([*own[first:], *own[:first]])


_ports = _in_turn()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, and that nobody else is told for now."""
    return list(itertools.islice((port for port in _ports if _is_free(port)), count))


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
