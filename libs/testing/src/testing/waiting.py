"""Waits for what happens by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def eventually(check: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Return the first true answer of `check`; fail with the last one after some seconds."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} seconds"
        time.sleep(0.02)
    return found
