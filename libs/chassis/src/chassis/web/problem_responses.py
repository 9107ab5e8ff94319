"""Turns what is raised on the way of a request into problem responses."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import connexion
from connexion.lifecycle import ConnexionResponse
from starlette.exceptions import HTTPException

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, ForbiddenError, Problem, body_of, status_body
from chassis.security.audit_log import REFUSED, record

if TYPE_CHECKING:
    from connexion.lifecycle import ConnexionRequest

    from chassis.runtime.problems import Statuses

log = logging.getLogger("outlay.app")

DETAILS = {404: "There is nothing at this path. See /docs.", 405: "This path does not support this method. See /docs."}


def add_error_handlers(app: connexion.ConnexionMiddleware, service: str, statuses: Statuses) -> None:
    """Let `app` answer with problems; `statuses` are of the service's own exceptions."""

    async def on_exception(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        status, body, headers = body_of(error, statuses, _instance())
        if isinstance(error, ForbiddenError):
            record("access", REFUSED, reason=str(error), service=service, method=request.method, path=request.url.path[:200])
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            if status == HTTPStatus.SERVICE_UNAVAILABLE and isinstance(error, tuple(statuses)):  # the service expects it
                log.warning("unavailable", extra={"service": service, "reason": type(error).__name__})
            else:
                log.error("failed", exc_info=error, extra={"service": service})
        return _response(status, body, headers)

    async def on_http(_request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        detail = DETAILS.get(error.status_code) or str(error.detail or "").split("\n", 1)[0]
        if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("failed", exc_info=error, extra={"service": service})
            detail = ""  # it is about our code
        body = status_body(error.status_code, detail, _instance())
        return _response(error.status_code, body, dict(error.headers or {}))

    for kind in (Exception, Problem, *statuses):
        app.add_error_handler(kind, on_exception)
    for kind in (HTTPException, connexion.ProblemException):
        app.add_error_handler(kind, on_http)


def _instance() -> str:
    trace = context.current.get()
    return trace.request_id if trace else ""


def _response(status: int, body: dict[str, Any], headers: dict[str, str]) -> ConnexionResponse:
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    return ConnexionResponse(
        status_code=status, mimetype=PROBLEM_JSON, content_type=PROBLEM_JSON, body=json.dumps(body), headers=headers
    )
