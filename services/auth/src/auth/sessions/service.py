"""Sessions of browsers: begun at sign-in, ended by sign-out, by time or by another password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auth.errors import InvalidSecretError, SessionNotFoundError, SignedOutError
from auth.store.document import PendingEvent
from auth.store.ports import Clock, Ids, Now
from auth.users.model import User
from auth.users.secret import SESSION_PREFIX, digest, new_secret
from auth.users.session import Session
from auth.users.store import Users
from chassis.security.tokens import Caller

DAY = 86_400.0
IDLE_SECONDS = 30 * DAY
ABSOLUTE_SECONDS = 90 * DAY
# Writing down each request would make every read of the suite a write here.
SEEN_EVERY_SECONDS = 3_600.0
# They are in the user's document, which is to stay small: it is read for each service token.
MOST_SESSIONS = 50


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Begins, finds and ends sessions. What expires does so by the machine's time; what is shown comes from the clock."""

    users: Users
    clock: Clock
    ids: Ids
    now: Now

    def fresh(self, user_id: str, user_agent: str) -> tuple[Session, str]:
        """Return a session that begins once it is in the user's document, and the secret for the cookie."""
        secret = new_secret(user_id, SESSION_PREFIX)
        now, shown = self.now(), self.clock()
        session = Session(
            digest=digest(secret),
            id=self.ids(),
            user_agent=user_agent,
            began=now,
            seen=now,
            created_at=shown,
            last_seen_at=shown,
            expires_at=now + IDLE_SECONDS,
        )
        return session, secret

    def renewed(self, user: User, session_id: str, secret: str) -> User:
        """Return the user whose session has another secret, so that a copy of the former one is worth nothing.

        Raises SignedOutError.
        """
        self.require(user, session_id)
        sessions = (replace(held, digest=digest(secret)) if held.id == session_id else held for held in user.sessions)
        return replace(user, sessions=tuple(sessions))

    def of_secret(self, secret: str) -> tuple[User, Session]:
        """Return whose session it is, and the session; raises InvalidSecretError. Costs one read."""
        user = self.users.named_in(secret)
        found = _with_digest(user.sessions, digest(secret)) if user else None
        if user is None or found is None or found.over(self.now()):
            raise InvalidSecretError
        return user, found

    def touch(self, user: User, session: Session) -> None:
        """Note that the session is in use, at most once an hour."""
        now = self.now()
        if now - session.seen < SEEN_EVERY_SECONDS:
            return
        until = min(now + IDLE_SECONDS, session.began + ABSOLUTE_SECONDS)
        seen = replace(session, seen=now, last_seen_at=self.clock(), expires_at=until)
        self.users.note(replace(user, sessions=tuple(seen if held is session else held for held in user.sessions)))

    def of(self, user: User) -> list[Session]:
        """Return the user's sessions, the one that began last first."""
        now = self.now()
        alive = [session for session in user.sessions if not session.over(now)]
        return sorted(alive, key=lambda session: session.id, reverse=True)

    def get(self, user: User, session_id: str) -> Session:
        """Return one session of the user; raises SessionNotFoundError."""
        for session in self.of(user):
            if session.id == session_id:
                return session
        raise SessionNotFoundError

    def require(self, user: User, session_id: str) -> None:
        """Raise SignedOutError if the session has ended: a service token outlives it by two minutes."""
        try:
            self.get(user, session_id)
        except SessionNotFoundError as error:
            raise SignedOutError from error

    def signed_in_user(self, caller: Caller) -> User:
        """Return the caller's user; raises SignedOutError if the session has ended since the service token was made."""
        user = self.users.require(caller.user_id)
        self.require(user, caller.session_id)
        return user

    def end(self, user: User, session_id: str) -> None:
        """Sign out; raises SessionNotFoundError."""

        def step(user: User) -> tuple[User, Sequence[PendingEvent]]:
            ended = self.get(user, session_id)
            return replace(user, sessions=tuple(held for held in user.sessions if held is not ended)), ()

        self.users.change(user, step)


def signed_in(user: User, session: Session) -> User:
    """Return the user with one more session; beyond fifty the one that was out of use the longest ends."""
    latest = sorted(user.sessions, key=lambda held: held.seen)[-(MOST_SESSIONS - 1) :]
    return replace(user, sessions=(*latest, session))


def _with_digest(sessions: Sequence[Session], wanted: str) -> Session | None:
    return next((session for session in sessions if session.digest == wanted), None)
