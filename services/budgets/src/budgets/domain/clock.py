"""What day it is where somebody lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock = Callable[[], datetime]
"""Returns the present moment in UTC."""


def today_in(time_zone: str, clock: Clock) -> date:
    """Return the present day in a zone; that of UTC if this machine has never heard of it."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return clock().astimezone(zone).date()
