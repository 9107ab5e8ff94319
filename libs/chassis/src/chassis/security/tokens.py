"""Service tokens: short-lived EdDSA JWTs that the gateway obtains from auth and every service verifies by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from chassis.runtime.problems import UnauthorizedError

SHARED_AUDIENCE = "outlay"
"""The audience of tokens for all services, which gateways before version 0.2 send."""
ALGORITHM = "EdDSA"
_KEPT = 2_000
_EXPIRED = "The token is expired or invalid. Sign in again."
_REFETCH_SECONDS = 5.0

Jwks = Callable[[], Mapping[str, Any]]
"""Returns auth's public keys as a JSON Web Key Set; raises OSError if auth is unreachable."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as signed by auth."""

    user_id: str
    session_id: str
    kind: str
    """`session` or `token`."""
    scopes: frozenset[str]
    home_currency: str
    time_zone: str
    locale: str
    book: str = ""
    """The id of a book other than the caller's own."""

    @property
    def book_id(self) -> str:
        """Whose data the caller works with: a book, which has the id of its owner."""
        return self.book or self.user_id

    @property
    def author(self) -> str | None:
        """Who rows say has written them; None in the caller's own book."""
        return self.user_id if self.book else None

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Caller:
        """Read the claims of a token. Tokens of versions before books have no `book`."""
        own = claims.get("book") in (None, claims["sub"])
        return cls(
            user_id=claims["sub"],
            session_id=claims["sid"],
            kind=claims["kind"],
            scopes=frozenset(claims["scope"].split()),
            home_currency=claims["cur"],
            time_zone=claims["tz"],
            locale=claims["loc"],
            book="" if own else claims["book"],
        )

    def claims(self) -> dict[str, Any]:
        """Return the claims of a token for this caller, without its times."""
        return {
            "sub": self.user_id,
            "sid": self.session_id,
            "kind": self.kind,
            "scope": " ".join(sorted(self.scopes)),
            "cur": self.home_currency,
            "tz": self.time_zone,
            "loc": self.locale,
            "book": self.book_id,
        }


class TokenVerifier:
    """Verifies service tokens with auth's keys. An unknown key id makes it fetch the keys again."""

    def __init__(
        self, jwks: Jwks, audience: str, *, now: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`audience` is the verifying service: tokens for others are refused. Keys are fetched on first use."""
        self._jwks, self._audiences = jwks, (audience, SHARED_AUDIENCE)
        self._now, self._monotonic = now, monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._verified: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a valid token; raises UnauthorizedError.

        The same token comes with each request of a minute, and checking a signature costs more than all the rest, so what was
        verified is kept until it expires.
        """
        kept = self._verified.get(token)
        if kept is not None:
            if kept["exp"] <= self._now():
                raise UnauthorizedError(_EXPIRED)
            return kept
        claims = self._verify(token)
        with self._lock:
            if len(self._verified) >= _KEPT:
                self._verified.clear()
            self._verified[token] = claims
        return claims

    def _verify(self, token: str) -> dict[str, Any]:
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid", ""))
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[ALGORITHM], audience=self._audiences, options={"require": ["exp", "sub", "aud"]}
            )
        except jwt.PyJWTError as error:
            raise UnauthorizedError(_EXPIRED) from error
        return claims

    def _key(self, key_id: str) -> jwt.PyJWK:
        if key_id not in self._keys and self._monotonic() - self._fetched_at > _REFETCH_SECONDS:
            self._keys = {key["kid"]: jwt.PyJWK(dict(key)) for key in self._jwks()["keys"]}
            self._fetched_at = self._monotonic()  # only after success: a failed fetch does not make a key unknown
        if key_id not in self._keys:
            raise jwt.InvalidKeyError("unknown key")
        return self._keys[key_id]
