"""The associated data that encrypted values are bound to. Auth encrypts with the same strings (contracts/events/user.*.json)."""

from __future__ import annotations

UNSUBSCRIBING = "unsubscribe"


def email_address_of(user_id: str) -> str:
    return f"email:{user_id}"


def link_token_of(user_id: str) -> str:
    return f"token:{user_id}"
