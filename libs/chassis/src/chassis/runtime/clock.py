"""Clocks. A clock is an argument wherever time matters, so that tests can run through years in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]
"""Returns the current time in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def clock_from(setting: str) -> Clock:
    """Make the clock that OUTLAY_CLOCK describes: empty, an instant, or `file:<path>` to a file that holds one.

    A file is read at each look, so the clock of a running process can be moved.

    Raises:
        ValueError: if the setting is not an instant with a zone.
    """
    if not setting:
        return system_clock
    if setting.startswith("file:"):
        path = Path(setting.removeprefix("file:"))
        return lambda: _instant(path.read_text("utf-8").strip())
    moment = _instant(setting)
    return lambda: moment


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone; write it as 2026-11-22T10:00:00Z")
    return moment.astimezone(UTC)


def to_wire(moment: datetime) -> str:
    """Format an instant for the wire: UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def now_ms() -> int:
    """Return the system time in milliseconds; for leases and ages, which do not depend on the user's day."""
    return int(time.time() * 1000)
