"""How a user is written into a document, and read from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from auth.store.associated_data import address_of
from auth.store.document import Document
from auth.users.access_token import AccessToken
from auth.users.model import PendingAddress, SentLink, User
from auth.users.session import Session
from chassis.security.encryption import Encryptor

USER = "user"
_PLAIN = ("id", "name", "password_hash", "home_currency", "time_zone", "locale", "email_verified", "version")


def user_document_id(user_id: str) -> str:
    """Return the id of a user's document."""
    return f"user:{user_id}"


class UserWriting:
    """Translates. What a document does not have, because it is older, takes its default."""

    def __init__(self, encryptor: Encryptor) -> None:
        """Seal addresses with this."""
        self._encryptor = encryptor

    def write(self, user: User) -> Document:
        """Return the next state of the user's document, with the events that were in it."""
        before = user.document or Document(id=user_document_id(user.id), kind=USER, user_id=user.id, body={})
        return replace(before, body=self._body(user), expires_at=user.expires_at)

    def read(self, document: Document | None) -> User | None:
        """Return the user in a document, unless it is none or they left."""
        if document is None or document.kind != USER:
            return None
        body = document.body
        return User(
            **{name: body[name] for name in _PLAIN},
            email=self._encryptor.decrypt(body["email"], address_of(document.user_id)),
            created_at=datetime.fromisoformat(body["created_at"]),
            sessions=tuple(_session(digest, held) for digest, held in body.get("sessions", {}).items()),
            tokens=tuple(_token(digest, held) for digest, held in body.get("tokens", {}).items()),
            verification=_link(body.get("verification")),
            reset=_link(body.get("reset")),
            pending=self._pending(document),
            networks=tuple(body.get("networks", ())),
            document=document,
        )

    def _body(self, user: User) -> dict[str, Any]:
        return {
            **{name: getattr(user, name) for name in _PLAIN},
            "email": self._encryptor.encrypt(user.email, address_of(user.id)),
            "created_at": user.created_at.isoformat(),
            "sessions": {session.digest: _held(session) for session in user.sessions},
            "tokens": {token.digest: _held(token) for token in user.tokens},
            "verification": asdict(user.verification) if user.verification else None,
            "reset": asdict(user.reset) if user.reset else None,
            "pending": self._sealed_pending(user),
            "networks": list(user.networks),
        }

    def _pending(self, document: Document) -> PendingAddress | None:
        body = document.body.get("pending")
        if not body:
            return None
        return PendingAddress(self._encryptor.decrypt(body["email"], address_of(document.user_id)), SentLink(**body["link"]))

    def _sealed_pending(self, user: User) -> dict[str, Any] | None:
        if user.pending is None:
            return None
        return {"email": self._encryptor.encrypt(user.pending.email, address_of(user.id)), "link": asdict(user.pending.link)}


def _held(held: Session | AccessToken) -> dict[str, Any]:
    fields = asdict(held)
    del fields["digest"]
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}


def _session(digest: str, body: Mapping[str, Any]) -> Session:
    moments = {name: datetime.fromisoformat(body[name]) for name in ("created_at", "last_seen_at")}
    return Session(**{**body, **moments, "digest": digest})


def _token(digest: str, body: Mapping[str, Any]) -> AccessToken:
    used = body["last_used_at"]
    moments = {
        "created_at": datetime.fromisoformat(body["created_at"]),
        "last_used_at": datetime.fromisoformat(used) if used else None,
    }
    return AccessToken(**{**body, **moments, "digest": digest, "scopes": tuple(body["scopes"])})


def _link(body: Mapping[str, Any] | str | None) -> SentLink | None:
    return SentLink(**body) if body and not isinstance(body, str) else None
