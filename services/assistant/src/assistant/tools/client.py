"""Calls the public API with the person's own rights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from assistant.tools.model import ToolError
from chassis.runtime import context

API = "/api/v1"
_TIMEOUT = httpx.Timeout(10, connect=3)
_PAGE = 200
_ID = re.compile(r"[0-9a-fA-F-]{36}", re.ASCII)
_TEMPORARY = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
"""Statuses after which trying again may help."""
_MESSAGES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Your session has ended, or your access token was revoked. Sign in again.",
    HTTPStatus.FORBIDDEN: "This session or access token does not allow this.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many questions at once. Try again in a minute.",
}


class RefusedError(ToolError):
    """The API answered with a problem."""

    def __init__(self, message: str, *, code: str, status: int) -> None:
        """`lasting` follows from the status."""
        super().__init__(message, code=code, lasting=status not in _TEMPORARY)
        self.status = status


def new_client(base_url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Return a client for the gateway at an address such as http://gateway:8000; all users can share it."""
    return httpx.Client(base_url=base_url, transport=transport, timeout=_TIMEOUT, follow_redirects=False)


class PublicApi:
    """The public API as one person sees it. All methods raise ToolError; nothing is retried automatically."""

    def __init__(self, client: httpx.Client, credential: str, headers: Mapping[str, str] | None = None) -> None:
        """`credential` goes into the Authorization header; `headers` are sent with each request."""
        self._client, self._headers = client, {"Authorization": f"Bearer {credential}", **(headers or {})}

    def read(self, path: str, **query: str) -> dict[str, Any]:
        return self._body(self._send("GET", path, query))

    def pages(self, path: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of a list, each as large as possible."""
        asked = {"limit": str(_PAGE), **query}
        while True:
            page = self.read(path, **asked)
            yield page["items"]
            if not page["next_cursor"]:
                return
            asked["cursor"] = page["next_cursor"]

    def create(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Create something once per key; return it."""
        return self._body(self._send("POST", path, body=body, headers={"Idempotency-Key": key}))

    def change(self, path: str, body: Mapping[str, Any], *, version: int) -> dict[str, Any]:
        """Change something that still has this version; return its new state."""
        return self._body(self._send("PATCH", path, body=body, headers=_if(version)))

    def remove(self, path: str, *, version: int) -> None:
        """Delete something that still has this version."""
        self._send("DELETE", path, headers=_if(version))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent = {**self._headers, **_trace(), **(headers or {})}
        try:
            answer = self._client.request(method, API + path, params=query, json=body, headers=sent)
        except httpx.TimeoutException as error:
            raise ToolError("Your data took too long to answer. Try again in a minute.", code="timeout", lasting=False) from error
        except httpx.TransportError as error:
            message = "Your data is unavailable at the moment. Try again in a minute."
            raise ToolError(message, code="unreachable", lasting=False) from error
        if not answer.is_success:
            raise _refusal(answer)
        return answer

    def _body(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body = answer.json()
        except ValueError as error:
            raise _malformed() from error
        if not isinstance(body, dict):
            raise _malformed()
        return body


def place(collection: str, number: str, *more: str) -> str:
    """Return the path of one item, such as /expenses/<id>; raises ToolError if the id is malformed."""
    if not _ID.fullmatch(number):
        raise ToolError(f"{number[:40]!r} is not a valid id.", code="not-found")
    return "/".join(["", collection, number, *more])


def _if(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def _trace() -> dict[str, str]:
    trace = context.current.get()
    return {"X-Request-Id": trace.request_id, "traceparent": trace.traceparent} if trace else {}


def _malformed() -> ToolError:
    return ToolError("The API sent a malformed answer.", code="malformed", lasting=False)


def _refusal(answer: httpx.Response) -> RefusedError:
    """Return the error for a problem response, including the messages about single fields."""
    status, problem = answer.status_code, _problem(answer)
    fields = [str(error.get("message", "")) for error in problem.get("errors", ()) if isinstance(error, dict)]
    detail = str(problem.get("detail") or problem.get("title") or f"The API answered with {status}.")
    code = str(problem.get("type", "")).removeprefix("/problems/") or str(status)
    return RefusedError(_MESSAGES.get(status) or "; ".join([detail, *filter(None, fields)]), code=code, status=status)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
