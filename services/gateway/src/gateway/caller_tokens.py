"""Who sent a request: from its credential to the service tokens that speak for the sender."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.runtime.problems import UnauthorizedError
from gateway.credentials import Credential, credential_of
from gateway.service_tokens import ServiceTokenCache, ServiceTokens


class CallerTokens:
    """Finds the service tokens of whoever sent a request with a session or an access token."""

    def __init__(self, service_tokens: ServiceTokenCache, *, secure: bool) -> None:
        """`secure` is whether browsers come over https."""
        self._service_tokens, self._secure = service_tokens, secure

    def credential(self, headers: Mapping[str, str]) -> Credential | None:
        return credential_of(headers, secure=self._secure)

    async def tokens_of(self, credential: Credential | None) -> ServiceTokens | None:
        """Return the service tokens of a credential, None without a valid session; raises UnauthorizedError for an access token."""
        if credential is None:
            return None
        tokens = await self._service_tokens.of(credential.secret)
        if tokens is None and not credential.from_cookie:
            message = "The access token is unknown, expired or revoked; make a new one in the settings."
            raise UnauthorizedError(message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return tokens

    async def signed_in(self, credential: Credential | None) -> tuple[Credential, ServiceTokens]:
        """Return a credential with its service tokens; raises UnauthorizedError if nobody is signed in."""
        tokens = await self.tokens_of(credential)
        if credential is None or tokens is None:
            raise UnauthorizedError("Sign in first.")
        return credential, tokens

    async def is_valid(self, credential: Credential) -> bool:
        return await self._service_tokens.of(credential.secret) is not None

    def forget(self, user_id: str) -> None:
        """Ask auth again at the user's next request."""
        self._service_tokens.forget(user_id)
