"""What operations get besides their arguments, independent of any framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.runtime.idempotency import IdempotencyKey
from chassis.runtime.problems import ForbiddenError, InvalidRequestError, UnauthorizedError, VersionRequiredError
from chassis.security.gateway_keys import HEADER
from chassis.security.tokens import Caller

Response = tuple[Any, int, Mapping[str, str]]
"""(body, status, headers) of an operation. A body that is an iterator of bytes is streamed."""

_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,15})"?', re.ASCII)


@dataclass(frozen=True)
class Request:
    """The caller and the headers of one request."""

    signed_in: Caller | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    client_address: str = ""
    sent_by_gateway: bool = False
    """Whether the gateway key shows that it comes from a gateway of this installation."""
    notes: dict[str, str] = field(default_factory=dict)
    """Additional fields of the audit log, which operations may set."""

    @property
    def caller(self) -> Caller:
        """The caller; raises UnauthorizedError if nobody is signed in."""
        if self.signed_in is None:
            raise UnauthorizedError("Sign in first.")
        return self.signed_in

    @property
    def expected_version(self) -> int:
        """The version in If-Match; raises VersionRequiredError without one."""
        given = self.headers.get("If-Match", "")
        if not given:
            raise VersionRequiredError('Send the version that you read as If-Match, such as "3".')
        match = _VERSION.fullmatch(given.strip())
        if match is None:
            raise InvalidRequestError('If-Match must be one version in quotes, such as "3".')
        return int(match.group(1))

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("Idempotency-Key") or None

    def idempotency(self, operation: str, body: Any) -> IdempotencyKey | None:
        """Return the Idempotency-Key of this request, if there is one; `body` is the request's JSON."""
        key = self.idempotency_key
        return IdempotencyKey.of(self.caller.book_id, key, operation, body) if key else None

    @property
    def user_agent(self) -> str:
        """The User-Agent header, shortened."""
        return self.headers.get("User-Agent", "")[:200]

    def require_gateway(self) -> None:
        """Raise ForbiddenError unless a gateway sent the request."""
        if not self.sent_by_gateway:
            raise ForbiddenError(f"Only a gateway may do this, with its key in {HEADER}.")

    def require_session(self) -> Caller:
        """Return the caller if it is a person with a session; an access token may not do this. Raises ForbiddenError."""
        if self.caller.kind != "session":
            raise ForbiddenError("An access token may not do this; sign in with your password.")
        return self.caller


def etag(version: int) -> dict[str, str]:
    """Return the header with a resource's version."""
    return {"ETag": f'"{version}"'}
