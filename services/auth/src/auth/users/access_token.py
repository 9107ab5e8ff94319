"""A personal access token."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """What a script uses on a person's behalf. `used` and `expires_at` are by the machine's time."""

    digest: str = field(repr=False)
    """Of its secret, which is not stored."""
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used: float = 0.0
    last_used_at: datetime | None = None
    expires_at: float | None = None

    def has_expired(self, now: float) -> bool:
        return self.expires_at is not None and self.expires_at <= now
