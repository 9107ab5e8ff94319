"""Sessions of browsers: begun at sign-in, ended by sign-out, by time or by another password."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from auth.domain.documents import Document
from auth.domain.errors import RevisionConflictError, SessionNotFoundError, SignedOutError
from auth.domain.ports import Clock, Documents, Ids, Now
from auth.domain.secret import SESSION_PREFIX, digest, new_secret
from auth.domain.user import User
from auth.domain.users import remove

DAY = 86_400.0
IDLE_SECONDS = 30 * DAY
ABSOLUTE_SECONDS = 90 * DAY
# Writing down each request would make every read of the suite a write here.
SEEN_EVERY_SECONDS = 3_600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A browser that is signed in."""

    id: str
    user_id: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Sessions:
    """Begins, finds and ends sessions. What expires does so by the machine's time; what is shown comes from the clock."""

    def __init__(self, documents: Documents, *, clock: Clock, ids: Ids, now: Now) -> None:
        self._documents, self._clock, self._ids, self._now = documents, clock, ids, now

    def begin(self, user: User, user_agent: str) -> str:
        """Sign the user in; return the secret for the cookie, which is stored nowhere."""
        secret = new_secret(SESSION_PREFIX)
        now, shown = self._now(), self._clock().isoformat()
        body = {
            "id": self._ids(),
            "user_agent": user_agent,
            "generation": user.generation,
            "began": now,
            "seen": now,
            "created_at": shown,
            "last_seen_at": shown,
        }
        fresh = Document(id=_document_id(secret), kind="session", user_id=user.id, body=body, expires_at=now + IDLE_SECONDS)
        self._documents.save(fresh)
        return secret

    def document_of(self, secret: str) -> Document | None:
        """Return the document of a session that has not expired; whether its user still lets it in is for `admits` to say."""
        document = self._documents.get(_document_id(secret))
        return document if document and not self._over(document) else None

    def touch(self, document: Document) -> None:
        """Note that the session is in use, at most once an hour."""
        now = self._now()
        if now - document.body["seen"] < SEEN_EVERY_SECONDS:
            return
        body = {**document.body, "seen": now, "last_seen_at": self._clock().isoformat()}
        expires_at = min(now + IDLE_SECONDS, document.body["began"] + ABSOLUTE_SECONDS)
        try:
            self._documents.save(replace(document, body=body, expires_at=expires_at))
        except RevisionConflictError:
            return  # another request notes the same, or has ended the session

    def of(self, user: User) -> list[Session]:
        """Return the user's sessions, the one that began last first."""
        found = [_read(document) for document in self._alive(user)]
        return sorted(found, key=lambda session: session.id, reverse=True)

    def get(self, user: User, session_id: str) -> Session:
        """Return one session of the user; raises SessionNotFoundError."""
        return _read(self._find(user, session_id))

    def require(self, user: User, session_id: str) -> None:
        """Raise SignedOutError if the session has ended: a service token outlives it by two minutes."""
        if not any(document.body["id"] == session_id for document in self._alive(user)):
            raise SignedOutError

    def end(self, user: User, session_id: str) -> None:
        """Sign out; raises SessionNotFoundError."""
        remove(self._documents, self._find(user, session_id))

    def clear_ended(self, user: User) -> None:
        """Forget the sessions that a new generation has ended."""
        for document in self._documents.find("session", user_id=user.id):
            if not admits(user, document):
                remove(self._documents, document)

    def _find(self, user: User, session_id: str) -> Document:
        for document in self._alive(user):
            if document.body["id"] == session_id:
                return document
        raise SessionNotFoundError

    def _alive(self, user: User) -> list[Document]:
        found = self._documents.find("session", user_id=user.id)
        return [document for document in found if admits(user, document) and not self._over(document)]

    def _over(self, document: Document) -> bool:
        return document.expires_at is not None and document.expires_at <= self._now()


def admits(user: User, session: Document) -> bool:
    """Say whether the session is of the user's present generation, or the one that was kept."""
    return bool(session.body["generation"] == user.generation or session.body["id"] == user.kept_session)


def _document_id(secret: str) -> str:
    return f"session:{digest(secret)}"


def _read(document: Document) -> Session:
    body = document.body
    return Session(
        id=body["id"],
        user_id=document.user_id,
        user_agent=body["user_agent"],
        created_at=datetime.fromisoformat(body["created_at"]),
        last_seen_at=datetime.fromisoformat(body["last_seen_at"]),
        expires_at=datetime.fromtimestamp(document.expires_at or 0, UTC),
    )
