"""What an access token may do: reading and writing are separate scopes, and neither includes the other."""

from __future__ import annotations

from http import HTTPStatus

from chassis.runtime.problems import ForbiddenError
from chassis.security.tokens import Caller
from chassis.web.request import Response
from chassis.web.spec import Spec, operations

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""


def reading_operations(spec: Spec) -> frozenset[str]:
    """Return the operations that only need the scope read, whatever their method: their documents say `x-scope: read`."""
    return frozenset(
        operation["operationId"] for _path, _method, operation in operations(spec) if operation.get("x-scope") == "read"
    )


def require_scope(caller: Caller | None, method: str) -> None:
    """Raise ForbiddenError unless the caller, if there is one, may use this method."""
    wanted = "read" if method in SAFE_METHODS else "write"
    if caller is not None and wanted not in caller.scopes:
        raise ForbiddenError(f"This needs an access token with the scope {wanted}.")


def without_reading(caller: Caller | None, answer: Response) -> Response:
    """Return the answer to a write without its body if the caller may not read; headers still tell the location and the version."""
    body, status, headers = answer
    if caller is None or "read" in caller.scopes or body is None:
        return answer
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    # 202 stays, since the work is not done yet.
    return None, status if status == HTTPStatus.ACCEPTED else HTTPStatus.NO_CONTENT, kept
