"""Personal access tokens, which scripts use on a person's behalf."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from auth.credentials.service import Credentials
from auth.errors import InvalidSecretError, UnacceptableError
from auth.sessions.service import LAST_USE_SECONDS, Sessions
from auth.store.ports import Now
from auth.users.access_token import AccessToken
from auth.users.model import User
from auth.users.secret import PAT_PREFIX, digest, new_secret
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller

MOST_TOKENS = 50
DEFAULT_LIFETIME = timedelta(days=90)
_YEAR_3000 = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccessToken:
    """What a person asks for; `expires_at` None means never."""

    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    current_password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AccessTokens:
    """Creates, finds and revokes access tokens."""

    users: Users
    sessions: Sessions
    credentials: Credentials
    clock: Clock
    ids: Ids
    now: Now

    def create(self, caller: Caller, wanted: NewAccessToken) -> tuple[AccessToken, str]:
        """Create a token; return it with its secret, which is not stored.

        Raises UnacceptableError, WrongPasswordError, SignedOutError, TooManyAttemptsError.
        """
        user = self.sessions.user_of(caller)
        self.credentials.check(user, caller.session_id, wanted.current_password)
        secret = new_secret(user.id, PAT_PREFIX)
        token = self._checked(wanted, digest(secret))

        def add(uow: UserUnitOfWork) -> None:
            if len(uow.user.active_tokens(self.now())) >= MOST_TOKENS:
                message = f"would be your {MOST_TOKENS + 1}st access token; revoke one first"
                raise UnacceptableError(at="/name", message=message)
            uow.user = replace(uow.user, tokens=(*uow.user.tokens, token))

        self.users.run(user, add)
        return token, secret

    def default_expiry(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC) + DEFAULT_LIFETIME

    def by_secret(self, secret: str) -> tuple[User, AccessToken]:
        """Return the token with this secret and its user; raises InvalidSecretError. Costs one read."""
        user, wanted = self.users.named_in(secret), digest(secret)
        for token in user.tokens if user else ():
            if user and token.digest == wanted and not token.has_expired(self.now()):
                return user, token
        raise InvalidSecretError

    def record_use(self, user: User, token: AccessToken) -> None:
        """Save that the token is in use, at most once an hour."""
        now = self.now()
        if now - token.used >= LAST_USE_SECONDS:
            self.users.save_if_possible(user.with_replaced(replace(token, used=now, last_used_at=self.clock())))

    def list_of(self, caller: Caller) -> list[AccessToken]:
        """Return the caller's tokens, the newest first; raises SignedOutError."""
        return self.sessions.user_of(caller).active_tokens(self.now())

    def get(self, caller: Caller, token_id: str) -> AccessToken:
        """Return one token of the caller; raises TokenNotFoundError, SignedOutError."""
        return self.sessions.user_of(caller).token(token_id, self.now())

    def revoke(self, caller: Caller, token_id: str) -> None:
        """End a token of the caller; raises TokenNotFoundError, SignedOutError."""

        def end(uow: UserUnitOfWork) -> None:
            uow.user = uow.user.without(uow.user.token(token_id, self.now()))

        self.users.run(self.sessions.user_of(caller), end)

    def _checked(self, wanted: NewAccessToken, secret_digest: str) -> AccessToken:
        name = wanted.name.strip()
        if not name:
            raise UnacceptableError(at="/name", message="must not be blank")
        expires_at = wanted.expires_at.timestamp() if wanted.expires_at else None
        if expires_at is not None and not self.now() < expires_at < _YEAR_3000:
            raise UnacceptableError(at="/expires_at", message="must be in the future and before the year 3000")
        return AccessToken(
            digest=secret_digest,
            id=self.ids(),
            name=name,
            scopes=tuple(sorted(wanted.scopes)),
            created_at=self.clock(),
            expires_at=expires_at,
        )
