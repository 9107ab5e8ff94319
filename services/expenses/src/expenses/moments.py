"""Moments as they are stored, in whole milliseconds, and as they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def whole_milliseconds(moment: datetime) -> datetime:
    """Return the moment as the store keeps it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


@lru_cache(10_000)  # rows of an import share their moments, and lists are read again and again
def moment_of(ms: int) -> datetime:
    """Return the moment that is some milliseconds after the beginning of 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


@lru_cache(10_000)
def instant(moment: datetime) -> str:
    """Write a moment in UTC, in milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
