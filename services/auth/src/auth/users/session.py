"""A browser session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One sign-in. `began`, `seen` and `expires_at` are by the machine's time; the others are shown to people."""

    digest: str = field(repr=False)
    """Of its secret, which is not stored."""
    id: str
    user_agent: str
    began: float
    seen: float
    created_at: datetime
    last_seen_at: datetime
    expires_at: float

    def has_expired(self, now: float) -> bool:
        return self.expires_at <= now
