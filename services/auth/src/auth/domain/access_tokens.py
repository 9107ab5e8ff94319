"""Personal access tokens, which scripts use in a person's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from auth.domain.documents import Document
from auth.domain.errors import RevisionConflictError, TokenNotFoundError, UnacceptableError
from auth.domain.ports import Clock, Documents, Ids, Now
from auth.domain.secret import TOKEN_PREFIX, digest, new_secret
from auth.domain.sessions import SEEN_EVERY_SECONDS
from auth.domain.users import remove

MOST_TOKENS = 50
_YEAR_3000 = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """What is shown of an access token."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class AccessTokens:
    """Makes, finds and revokes access tokens."""

    def __init__(self, documents: Documents, *, clock: Clock, ids: Ids, now: Now) -> None:
        self._documents, self._clock, self._ids, self._now = documents, clock, ids, now

    def create(self, user_id: str, *, name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[AccessToken, str]:
        """Make a token; return it with its secret, which is stored nowhere. Raises UnacceptableError."""
        name = name.strip()
        if not name:
            raise UnacceptableError(at="/name", message="must not be blank")
        until = expires_at.timestamp() if expires_at else None
        if until is not None and not self._now() < until < _YEAR_3000:
            raise UnacceptableError(at="/expires_at", message="must be in the future and before the year 3000")
        if len(self.of(user_id)) >= MOST_TOKENS:
            raise UnacceptableError(
                at="/name", message=f"would be the name of one more than {MOST_TOKENS} tokens; revoke one first"
            )
        secret = new_secret(TOKEN_PREFIX)
        made = self._clock().isoformat()
        body = {"id": self._ids(), "name": name, "scopes": sorted(scopes), "created_at": made, "used": 0.0, "last_used_at": None}
        fresh = Document(id=_document_id(secret), kind="token", user_id=user_id, body=body, expires_at=until)
        self._documents.save(fresh)
        return _read(fresh), secret

    def document_of(self, secret: str) -> Document | None:
        """Return the document of a token that has not expired."""
        document = self._documents.get(_document_id(secret))
        return document if document and not self._over(document) else None

    def touch(self, document: Document) -> None:
        """Note that the token is in use, at most once an hour."""
        now = self._now()
        if now - document.body["used"] < SEEN_EVERY_SECONDS:
            return
        body = {**document.body, "used": now, "last_used_at": self._clock().isoformat()}
        try:
            self._documents.save(replace(document, body=body))
        except RevisionConflictError:
            return  # another request notes the same, or has revoked it

    def of(self, user_id: str) -> list[AccessToken]:
        """Return the user's tokens, the newest first."""
        found = self._documents.find("token", user_id=user_id)
        tokens = [_read(document) for document in found if not self._over(document)]
        return sorted(tokens, key=lambda token: token.id, reverse=True)

    def get(self, user_id: str, token_id: str) -> AccessToken:
        """Return one token of the user; raises TokenNotFoundError."""
        return _read(self._find(user_id, token_id))

    def revoke(self, user_id: str, token_id: str) -> None:
        """End a token; raises TokenNotFoundError."""
        remove(self._documents, self._find(user_id, token_id))

    def _find(self, user_id: str, token_id: str) -> Document:
        for document in self._documents.find("token", user_id=user_id):
            if document.body["id"] == token_id and not self._over(document):
                return document
        raise TokenNotFoundError

    def _over(self, document: Document) -> bool:
        return document.expires_at is not None and document.expires_at <= self._now()


def _document_id(secret: str) -> str:
    return f"token:{digest(secret)}"


def _read(document: Document) -> AccessToken:
    body = document.body
    return AccessToken(
        id=body["id"],
        name=body["name"],
        scopes=tuple(body["scopes"]),
        created_at=datetime.fromisoformat(body["created_at"]),
        last_used_at=datetime.fromisoformat(body["last_used_at"]) if body["last_used_at"] else None,
        expires_at=None if document.expires_at is None else datetime.fromtimestamp(document.expires_at, UTC),
    )
