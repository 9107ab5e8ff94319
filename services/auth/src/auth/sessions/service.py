"""Browser sessions: begun by signing in, ended by signing out, by time or by a new password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.errors import InvalidSecretError
from auth.store.ports import Now
from auth.users.model import User
from auth.users.secret import SESSION_PREFIX, digest, new_secret
from auth.users.session import Session
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller

_DAY = 86_400.0
IDLE_SECONDS = 30 * _DAY
ABSOLUTE_SECONDS = 90 * _DAY
LAST_USE_SECONDS = 3_600.0
"""How often the last use is saved. Saving it each time would turn every read of the suite into a write here."""


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Begins, finds and ends sessions."""

    users: Users
    clock: Clock
    ids: Ids
    now: Now

    def new(self, user_id: str, user_agent: str) -> tuple[Session, str]:
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

    def by_secret(self, secret: str) -> tuple[User, Session]:
        """Return the session with this secret and its user; raises InvalidSecretError. Costs one read."""
        user, wanted = self.users.named_in(secret), digest(secret)
        for session in user.sessions if user else ():
            if user and session.digest == wanted and not session.has_expired(self.now()):
                return user, session
        raise InvalidSecretError

    def record_use(self, user: User, session: Session) -> None:
        """Save that the session is in use, at most once an hour."""
        now = self.now()
        if now - session.seen >= LAST_USE_SECONDS:
            expires_at = min(now + IDLE_SECONDS, session.began + ABSOLUTE_SECONDS)
            seen = replace(session, seen=now, last_seen_at=self.clock(), expires_at=expires_at)
            self.users.save_if_possible(user.with_replaced(seen))

    def list_of(self, caller: Caller) -> list[Session]:
        """Return the caller's sessions, the newest first; raises SignedOutError."""
        return self.user_of(caller).active_sessions(self.now())

    def get(self, caller: Caller, session_id: str) -> Session:
        """Return one session of the caller; raises SessionNotFoundError, SignedOutError."""
        return self.users.require(caller.user_id).session(session_id, self.now())

    def sign_out(self, caller: Caller) -> None:
        """End the caller's session; raises SessionNotFoundError, SignedOutError."""
        self._end(self.users.require(caller.user_id), caller.session_id)

    def revoke(self, caller: Caller, session_id: str) -> None:
        """End a session of the caller; raises SessionNotFoundError, SignedOutError."""
        self._end(self.user_of(caller), session_id)

    def user_of(self, caller: Caller) -> User:
        """Return the caller's user; raises SignedOutError if the session has ended since the service token was made."""
        user = self.users.require(caller.user_id)
        user.require_session(caller.session_id, self.now())
        return user

    def _end(self, user: User, session_id: str) -> None:
        def end(uow: UserUnitOfWork) -> None:
            uow.user = uow.user.without(uow.user.session(session_id, self.now()))

        self.users.run(user, end)
