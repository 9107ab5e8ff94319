"""A personal access token, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """What a script uses in a person's name. `used` and `expires_at` are by the machine's time."""

    digest: str = field(repr=False)
    """Of its secret, which is stored nowhere."""
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used: float = 0.0
    last_used_at: datetime | None = None
    expires_at: float | None = None

    def over(self, now: float) -> bool:
        """Say whether its time is up."""
        return self.expires_at is not None and self.expires_at <= now
