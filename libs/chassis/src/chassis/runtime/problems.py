"""Errors as responses: application/problem+json (RFC 9457), in one format everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

PROBLEM_JSON = "application/problem+json"

Statuses = Mapping[type[Exception], int]
"""Which status a service's own exceptions get; the class's docstring is the title, str(error) the detail.

An exception may carry `errors`, a list of {pointer, message}, and `headers`.
"""


class Problem(Exception):
    """An error of the chassis that the client can be told. Services raise exceptions of their own."""

    status = 500
    title = "Internal server error"
    type = "/problems/internal"

    def __init__(
        self, detail: str = "", *, errors: list[dict[str, str]] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.headers = dict(headers or {})


class InvalidRequestError(Problem):
    """The request is invalid."""

    status, title, type = 400, "Invalid request", "/problems/invalid-request"


class UnauthorizedError(Problem):
    """Nobody is signed in."""

    status, title, type = 401, "Not signed in", "/problems/unauthorized"


class ForbiddenError(Problem):
    """Signed in, but this is not allowed."""

    status, title, type = 403, "Not allowed", "/problems/forbidden"


class BodyTooLargeError(Problem):
    """The body is too large."""

    status, title, type = 413, "Body too large", "/problems/body-too-large"


class KeyReusedError(Problem):
    """An Idempotency-Key was used with another request."""

    status, title, type = 422, "Idempotency-Key used before", "/problems/idempotency-key-reused"


class VersionRequiredError(Problem):
    """If-Match is missing."""

    status, title, type = 428, "If-Match required", "/problems/if-match-required"


class UnavailableError(Problem):
    """Something that this needs is temporarily unavailable."""

    status, title, type = 503, "Temporarily unavailable", "/problems/unavailable"


def slug(name: str) -> str:
    """Return the stable name of a problem: BudgetNotFoundError becomes budget-not-found."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name.removesuffix("Error")).lower()


def body_of(error: Exception, statuses: Statuses, instance: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return (status, body, headers) for an exception; an unexpected one becomes a 500 without details."""
    if isinstance(error, Problem):
        body = _body(error.type, error.title, error.status, error.detail, instance)
        errors, headers = error.errors, error.headers
    else:
        known = next((kind for kind in type(error).__mro__ if kind in statuses), None)
        status = statuses[known] if known else HTTPStatus.INTERNAL_SERVER_ERROR
        kind = type(error) if known else Problem
        title = (kind.__doc__ or "").split("\n")[0].rstrip(".") if known else Problem.title
        name = f"/problems/{slug(kind.__name__)}" if known else Problem.type
        body = _body(name, title, status, str(error) if known else "", instance)
        errors, headers = getattr(error, "errors", []) if known else [], getattr(error, "headers", {}) if known else {}
    if errors:
        body["errors"] = errors
    return body["status"], body, dict(headers)


def status_body(status: int, detail: str, instance: str) -> dict[str, Any]:
    """Return the body for a bare status, such as 404 for an unknown path."""
    title = HTTPStatus(status).phrase.capitalize()
    return _body(f"/problems/{title.lower().replace(' ', '-')}", title, status, detail, instance)


def _body(name: str, title: str, status: int, detail: str, instance: str) -> dict[str, Any]:
    body = {"type": name, "title": title, "status": int(status), "detail": detail, "instance": instance}
    return {key: value for key, value in body.items() if value != ""}
