"""How a user is written to a document and read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from auth.books.model import Book
from auth.store.associated_data import email_of
from auth.store.document import Document
from auth.users.access_token import AccessToken
from auth.users.model import EmailedLink, PendingEmail, User
from auth.users.session import Session
from chassis.security.encryption import Encryptor

USER = "user"
_PLAIN = ("id", "name", "password_hash", "home_currency", "time_zone", "locale", "email_verified", "version")


def user_document_id(user_id: str) -> str:
    return f"user:{user_id}"


class UserMapper:
    """Maps users and documents. What an older document lacks gets its default."""

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor

    def to_document(self, user: User) -> Document:
        """Return the next state of the user's document, with the events that were in it, and with what newer code keeps there."""
        before = user.document or Document(id=user_document_id(user.id), kind=USER, user_id=user.id, body={})
        body = {**before.body, **self._body(user)}
        if (book := before.body.get("book")) and Book.from_json(book) == user.book:
            body["book"] = book
        return replace(before, body=body, expires_at=user.expires_at)

    def to_user(self, document: Document | None) -> User | None:
        """Return the user in a document, None if there is none or the account was deleted."""
        if document is None or document.kind != USER:
            return None
        body = document.body
        return User(
            **{name: body[name] for name in _PLAIN},
            email=self._encryptor.decrypt(body["email"], email_of(document.user_id)),
            created_at=datetime.fromisoformat(body["created_at"]),
            book=Book.from_json(body["book"]) if "book" in body else Book.owned_by(body["id"]),
            sessions=tuple(_session(digest, fields) for digest, fields in body.get("sessions", {}).items()),
            tokens=tuple(_token(digest, fields) for digest, fields in body.get("tokens", {}).items()),
            verification=_link(body.get("verification")),
            reset=_link(body.get("reset")),
            pending=self._pending(document),
            networks=tuple(body.get("networks", ())),
            document=document,
        )

    def _body(self, user: User) -> dict[str, Any]:
        return {
            **{name: getattr(user, name) for name in _PLAIN},
            "email": self._encryptor.encrypt(user.email, email_of(user.id)),
            "created_at": user.created_at.isoformat(),
            "book": user.book.to_json(),
            "sessions": {session.digest: _fields(session) for session in user.sessions},
            "tokens": {token.digest: _fields(token) for token in user.tokens},
            "verification": asdict(user.verification) if user.verification else None,
            "reset": asdict(user.reset) if user.reset else None,
            "pending": self._encrypted_pending(user),
            "networks": list(user.networks),
        }

    def _pending(self, document: Document) -> PendingEmail | None:
        body = document.body.get("pending")
        if not body:
            return None
        return PendingEmail(self._encryptor.decrypt(body["email"], email_of(document.user_id)), EmailedLink(**body["link"]))

    def _encrypted_pending(self, user: User) -> dict[str, Any] | None:
        if user.pending is None:
            return None
        return {"email": self._encryptor.encrypt(user.pending.email, email_of(user.id)), "link": asdict(user.pending.link)}


def _fields(value: Session | AccessToken) -> dict[str, Any]:
    fields = asdict(value)
    del fields["digest"]
    return {name: field.isoformat() if isinstance(field, datetime) else field for name, field in fields.items()}


def _session(digest: str, fields: Mapping[str, Any]) -> Session:
    times = {name: datetime.fromisoformat(fields[name]) for name in ("created_at", "last_seen_at")}
    return Session(**{**fields, **times, "digest": digest})


def _token(digest: str, fields: Mapping[str, Any]) -> AccessToken:
    used = fields["last_used_at"]
    times = {
        "created_at": datetime.fromisoformat(fields["created_at"]),
        "last_used_at": datetime.fromisoformat(used) if used else None,
    }
    return AccessToken(**{**fields, **times, "digest": digest, "scopes": tuple(fields["scopes"])})


def _link(fields: Mapping[str, Any] | str | None) -> EmailedLink | None:
    return EmailedLink(**fields) if fields and not isinstance(fields, str) else None
