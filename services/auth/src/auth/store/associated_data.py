"""What encrypted values are bound to, so that one that is copied to another person or purpose cannot be decrypted there.

Encrypted values travel in events, so these texts are part of the contract: contracts/events/user.*.json mention them.
"""

from __future__ import annotations

BLIND_INDEX_KEY = "finding-key"


def email_of(user_id: str) -> str:
    return f"email:{user_id}"


def link_token_of(user_id: str) -> str:
    return f"token:{user_id}"


def signing_key(key_id: str) -> str:
    return f"signing-key:{key_id}"
