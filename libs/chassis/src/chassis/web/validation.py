"""Checks requests before their operations are called: first the caller, then what is sent, against the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connexion.exceptions import BadRequestProblem, UnsupportedMediaTypeProblem
from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware

from chassis.runtime.problems import InvalidRequestError
from chassis.web.authentication import BEARER
from chassis.web.json_body import parse_json, too_deep, unprintable
from chassis.web.parameters import Parameters
from chassis.web.schemas import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connexion.operations import AbstractOperation
    from starlette.types import ASGIApp, Receive, Scope, Send

    from chassis.security.tokens import Caller
    from chassis.web.authentication import Authentication

CALL = "outlay.call"
"""The key in the scope of the Call that a request has become."""
_JSON = "application/json"
_MOST_ERRORS = 20


@dataclass(slots=True)
class Call:
    """An operation with its arguments, as far as they are known before the body is read."""

    operation_id: str
    arguments: dict[str, Any]
    body: JsonBody | None
    """How to read the body; None if the operation takes none, or reads it by itself."""
    caller: Caller | None
    """None if the operation is open to all."""


class JsonBody:
    """What a document says of an operation's JSON body."""

    def __init__(self, schema: dict[str, Any], *, required: bool) -> None:
        self._schema, self._required = Schema(schema), required
        self._nullable = bool(schema.get("nullable"))

    def expect(self, headers: Mapping[bytes, bytes]) -> None:
        """Look at the headers, before the body is read; raises what connexion raises."""
        empty = headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers
        if empty and self._required:
            raise BadRequestProblem(detail="A body is required.")
        if not empty and not headers.get(b"content-type"):
            raise UnsupportedMediaTypeProblem(detail="Send Content-Type: application/json with the body.")

    def read(self, raw: bytes) -> Any:
        """Return the value of a body; raises InvalidRequestError with the first errors."""
        body = parse_json(raw) if raw else None
        if body is None and self._nullable:
            return None
        try:
            errors = self._schema.errors(body)
        except RecursionError as error:
            raise too_deep() from error
        for pointer in unprintable(body):
            if len(errors) >= _MOST_ERRORS:
                break
            errors.append({"pointer": pointer[:200], "message": "has a control character"})
        if errors:
            named = "; ".join(f"{error['pointer'] or 'the body'} {error['message']}" for error in errors[:3])
            raise InvalidRequestError(f"{named}.", errors=errors)
        return body


class _CheckedOperation:
    """Checks the requests of one operation.

    The body is left where it is. It is read when the operation is called, in a thread: not on the event loop.
    """

    def __init__(self, next_app: ASGIApp, operation: AbstractOperation, authentication: Authentication) -> None:
        self._next_app, self._operation_id = next_app, operation.operation_id
        self._authentication = authentication if _needs_caller(operation) else None
        self._parameters = Parameters(operation)
        self._media_types = [media_type.lower() for media_type in operation.consumes]
        schema = operation.body_schema(_JSON) if _JSON in self._media_types else {}
        # A schema that says `x-raw` is of a body that its operation reads by itself, such as one with a signature over its bytes.
        reads_json = bool(schema) and not schema.get("x-raw")
        self._json = JsonBody(schema, required=operation.request_body.get("required", False)) if reads_json else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, caller = dict(scope["headers"]), None
        if self._authentication is not None:
            caller = self._authentication.caller(self._operation_id, scope["method"], headers)
        call = Call(self._operation_id, self._parameters.read(scope, headers), self._body(headers), caller)
        await self._next_app({**scope, CALL: call}, receive, send)

    def _body(self, headers: Mapping[bytes, bytes]) -> JsonBody | None:
        if not self._media_types:
            return None
        media_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower() or self._media_types[0]
        if media_type not in self._media_types:
            raise UnsupportedMediaTypeProblem(detail=f"Content-Type must be {' or '.join(self._media_types)}.")
        if media_type != _JSON or self._json is None:
            return None
        self._json.expect(headers)
        return self._json


def _needs_caller(operation: AbstractOperation) -> bool:
    """Return whether an operation needs a token; raises ValueError if it says so in a way that is not checked here."""
    if operation.security not in ([], [{BEARER: []}]):
        raise ValueError(f"{operation.operation_id} has a security requirement other than {BEARER}")
    return bool(operation.security)


class _CheckedApi(RoutedAPI[_CheckedOperation]):  # type: ignore[misc]
    def __init__(self, *arguments: Any, security_map: Mapping[str, Authentication], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._authentication = security_map[BEARER]
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _CheckedOperation:
        return _CheckedOperation(self.next_app, operation, self._authentication)


class RequestChecks(RoutedMiddleware[_CheckedApi]):  # type: ignore[misc]
    """Does what Connexion's security and request validation do, with everything prepared once per operation."""

    api_cls = _CheckedApi
