"""What sealed values are bound to, so that one that is copied to another person or purpose does not open there.

Values travel in events without being sealed anew, so these names are part of the contract: contracts/events/user.*.json has them.
"""

from __future__ import annotations

FINDING_KEY = "finding-key"


def address_of(user_id: str) -> str:
    """Return the place of somebody's e-mail address, wherever it is kept."""
    return f"email:{user_id}"


def token_of(user_id: str) -> str:
    """Return the place of a mailed link's secret."""
    return f"token:{user_id}"


def signing_key(key_id: str) -> str:
    """Return the place of the private half of a key that service tokens are signed with."""
    return f"signing-key:{key_id}"
