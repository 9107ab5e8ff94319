"""Verifies the service token of a request, before its body is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chassis.runtime.problems import UnauthorizedError
from chassis.security.tokens import Caller
from chassis.web.scopes import reading_operations, require_scope
from chassis.web.spec import Spec

BEARER = "bearer"
"""The only security scheme of our documents."""


class Authentication:
    """Finds out who calls the operations of one service."""

    def __init__(self, verify: Callable[[str], dict[str, Any]], spec: Spec) -> None:
        """`verify` returns the claims of a service token; it raises UnauthorizedError."""
        self._verify, self._reading = verify, reading_operations(spec)

    def caller(self, operation_id: str, method: str, headers: Mapping[bytes, bytes]) -> Caller:
        """Return the caller.

        Raises:
            UnauthorizedError: if there is no valid token.
            ForbiddenError: if the token's scopes do not include the operation.
        """
        kind, _space, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() != BEARER or not token:
            raise UnauthorizedError("Sign in, or send a token as Authorization: Bearer.")
        caller = Caller.from_claims(self._verify(token))
        require_scope(caller, "GET" if operation_id in self._reading else method)
        return caller
