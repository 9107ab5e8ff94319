"""How long a provider asks us to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chassis.runtime.clock import Clock

_SECONDS = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_LONGEST = 24 * 3600.0


def seconds_requested(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Read Retry-After (seconds or a date), else X-RateLimit-Reset (seconds since 1970); None if neither can be read.

    Dates count from the response's own Date, so the clocks of both sides need not agree.
    """
    now = _date(headers.get("Date")) or clock()
    requested = _retry_after(headers.get("Retry-After"), now)
    if requested is None:
        requested = _rate_limit_reset(headers.get("X-RateLimit-Reset"), now)
    return None if requested is None else min(max(requested, 0.0), _LONGEST)


def _retry_after(text: str | None, now: datetime) -> float | None:
    if text and _SECONDS.fullmatch(text.strip()):
        return float(text)
    moment = _date(text)
    return None if moment is None else (moment - now).total_seconds()


def _rate_limit_reset(text: str | None, now: datetime) -> float | None:
    if not text or not _SECONDS.fullmatch(text.strip()):
        return None
    return float(text) - now.timestamp()


def _date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
