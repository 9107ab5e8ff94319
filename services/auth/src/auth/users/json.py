"""The user as JSON."""

from __future__ import annotations

from typing import Any

from auth.users.model import User
from chassis.runtime.clock import to_wire


def user_json(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "pending_email": user.pending.email if user.pending else None,
        "name": user.name,
        "home_currency": user.home_currency,
        "time_zone": user.time_zone,
        "locale": user.locale,
        "version": user.version,
        "created_at": to_wire(user.created_at),
    }
