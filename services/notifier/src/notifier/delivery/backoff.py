"""When an email is tried again. The time of the next attempt is stored with the email, so it survives a restart."""

from __future__ import annotations

from notifier.delivery.model import Mail

BACKOFF_SECONDS = (1, 10, 60, 300, 1_800, *[7_200] * 24)
"""The wait after the first, second, ... failed attempt: two days in all. After the last one the email has failed."""

LONGEST_WAIT_SECONDS = 6 * 3600.0
"""The longest wait that a provider can ask for."""


def is_exhausted(mail: Mail) -> bool:
    """Return whether the attempt in progress is the last one."""
    return mail.attempts >= len(BACKOFF_SECONDS)


def seconds_until_retry(mail: Mail, *, after: float = 0.0) -> float:
    """Return the wait after a failed attempt, no shorter than the provider asked for."""
    scheduled = BACKOFF_SECONDS[min(mail.attempts, len(BACKOFF_SECONDS) - 1)]
    return max(scheduled, min(after, LONGEST_WAIT_SECONDS))
