"""How the domain's values look on the wire (openapi.yaml)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from auth.domain.access_token import AccessToken
from auth.domain.exchange import ServiceTokens
from auth.domain.session import Session
from auth.domain.user import User
from chassis.runtime.clock import to_wire


def user_view(user: User) -> dict[str, Any]:
    """Return a User."""
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


def session_view(session: Session, *, current_id: str) -> dict[str, Any]:
    """Return a Session; `current` is the one that asks."""
    return {
        "id": session.id,
        "created_at": to_wire(session.created_at),
        "last_seen_at": to_wire(session.last_seen_at),
        "expires_at": _moment(session.expires_at),
        "user_agent": session.user_agent,
        "current": session.id == current_id,
    }


def token_view(token: AccessToken) -> dict[str, Any]:
    """Return a Token, which never has its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": to_wire(token.created_at),
        "last_used_at": to_wire(token.last_used_at) if token.last_used_at else None,
        "expires_at": _moment(token.expires_at) if token.expires_at else None,
    }


def service_tokens_view(made: ServiceTokens) -> dict[str, Any]:
    """Return ServiceTokens."""
    return {"token": made.shared, "tokens": dict(made.tokens), "expires_at": _moment(made.expires_at)}


def _moment(seconds: float) -> str:
    return to_wire(datetime.fromtimestamp(seconds, UTC))
