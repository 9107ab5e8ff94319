"""The person who uses the assistant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """The person who is asking, with the settings that an answer depends on."""

    user_id: str
    session_id: str
    locale: str
    """Such as `de-DE`."""
    currency: str
    time_zone: str
    today: date
    may_write: bool
    """Whether their session or access token has the scope write."""
