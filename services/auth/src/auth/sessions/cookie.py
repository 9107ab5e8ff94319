"""The session cookie."""

from __future__ import annotations

from dataclasses import dataclass

from auth.sessions.service import ABSOLUTE_SECONDS


@dataclass(frozen=True)
class SessionCookie:
    """Writes Set-Cookie. Browsers accept a `__Host-` cookie from its own host only, and only over HTTPS."""

    secure: bool

    @property
    def name(self) -> str:
        return "__Host-session" if self.secure else "session"

    def holding(self, secret: str) -> dict[str, str]:
        """Return the header that signs a browser in."""
        return self._header(secret, int(ABSOLUTE_SECONDS))

    def cleared(self) -> dict[str, str]:
        """Return the header that makes a browser forget its session."""
        return self._header("", 0)

    def _header(self, value: str, max_age: int) -> dict[str, str]:
        secure = "; Secure" if self.secure else ""
        return {"Set-Cookie": f"{self.name}={value}; Max-Age={max_age}; Path=/; HttpOnly; SameSite=Lax{secure}"}
