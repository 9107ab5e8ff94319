"""What sealed values are bound to, as auth seals them: contracts/events/user.*.json."""

from __future__ import annotations

UNSUBSCRIBING = "unsubscribe"


def address_of(user_id: str) -> str:
    """Return the place of somebody's e-mail address, wherever it is kept."""
    return f"email:{user_id}"


def token_of(user_id: str) -> str:
    """Return the place of a mailed link's secret."""
    return f"token:{user_id}"
