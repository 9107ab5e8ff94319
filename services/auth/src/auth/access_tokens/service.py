"""Personal access tokens, which scripts use in a person's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from auth.errors import InvalidSecretError, TokenNotFoundError, UnacceptableError
from auth.sessions.service import SEEN_EVERY_SECONDS
from auth.store.document import PendingEvent
from auth.store.ports import Clock, Ids, Now
from auth.users.access_token import AccessToken
from auth.users.model import User
from auth.users.secret import TOKEN_PREFIX, digest, new_secret
from auth.users.store import Users

MOST_TOKENS = 50
USUAL_LIFETIME = timedelta(days=90)
_YEAR_3000 = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, kw_only=True)
class AccessTokens:
    """Makes, finds and revokes access tokens."""

    users: Users
    clock: Clock
    ids: Ids
    now: Now

    def create(self, user: User, *, name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[AccessToken, str]:
        """Make a token; return it with its secret, which is stored nowhere. Raises UnacceptableError, SignedOutError."""
        name = name.strip()
        if not name:
            raise UnacceptableError(at="/name", message="must not be blank")
        until = expires_at.timestamp() if expires_at else None
        if until is not None and not self.now() < until < _YEAR_3000:
            raise UnacceptableError(at="/expires_at", message="must be in the future and before the year 3000")
        secret = new_secret(user.id, TOKEN_PREFIX)
        fresh = AccessToken(
            digest=digest(secret), id=self.ids(), name=name, scopes=tuple(sorted(scopes)), created_at=self.clock(), expires_at=until
        )

        def step(user: User) -> tuple[User, Sequence[PendingEvent]]:
            if len(self.of(user)) >= MOST_TOKENS:
                message = f"would be the name of one more than {MOST_TOKENS} tokens; revoke one first"
                raise UnacceptableError(at="/name", message=message)
            return replace(user, tokens=(*user.tokens, fresh)), ()

        self.users.change(user, step)
        return fresh, secret

    def usual_expiry(self) -> datetime:
        """Return when a token expires of which nobody said when."""
        return datetime.fromtimestamp(self.now(), UTC) + USUAL_LIFETIME

    def of_secret(self, secret: str) -> tuple[User, AccessToken]:
        """Return whose token it is, and the token; raises InvalidSecretError. Costs one read."""
        user, wanted = self.users.named_in(secret), digest(secret)
        for token in user.tokens if user else ():
            if user and token.digest == wanted and not token.over(self.now()):
                return user, token
        raise InvalidSecretError

    def touch(self, user: User, token: AccessToken) -> None:
        """Note that the token is in use, at most once an hour."""
        now = self.now()
        if now - token.used < SEEN_EVERY_SECONDS:
            return
        used = replace(token, used=now, last_used_at=self.clock())
        self.users.note(replace(user, tokens=tuple(used if held is token else held for held in user.tokens)))

    def of(self, user: User) -> list[AccessToken]:
        """Return the user's tokens, the newest first."""
        now = self.now()
        alive = [token for token in user.tokens if not token.over(now)]
        return sorted(alive, key=lambda token: token.id, reverse=True)

    def get(self, user: User, token_id: str) -> AccessToken:
        """Return one token of the user; raises TokenNotFoundError."""
        for token in self.of(user):
            if token.id == token_id:
                return token
        raise TokenNotFoundError

    def revoke(self, user: User, token_id: str) -> None:
        """End a token; raises TokenNotFoundError."""

        def step(user: User) -> tuple[User, Sequence[PendingEvent]]:
            revoked = self.get(user, token_id)
            return replace(user, tokens=tuple(held for held in user.tokens if held is not revoked)), ()

        self.users.change(user, step)
