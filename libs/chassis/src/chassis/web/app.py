"""Builds a service's web application from its document: the one room that knows connexion and flask."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, cast

import connexion
import flask
from connexion.jsonifier import Jsonifier
from connexion.lifecycle import ConnexionResponse
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.main import API
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from connexion.security import BearerSecurityHandler
from connexion.spec import OpenAPISpecification
from starlette.exceptions import HTTPException

from chassis.runtime import context
from chassis.runtime.problems import (
    PROBLEM_JSON,
    ForbiddenError,
    InvalidRequestError,
    Problem,
    Statuses,
    UnauthorizedError,
    body_of,
    status_body,
)
from chassis.security.audit_log import REFUSED, record
from chassis.security.tokens import Caller
from chassis.web.body_limits import BodyLimits
from chassis.web.formats import register_formats
from chassis.web.health import Health
from chassis.web.json_body import printable
from chassis.web.middleware import Edge
from chassis.web.request import Request, Response
from chassis.web.routes import Routes
from chassis.web.scopes import reading_operations, require_scope, without_reading
from chassis.web.security_events import record_operation, security_events
from chassis.web.spec import method_of
from chassis.web.thread_bridge import ThreadBridge
from chassis.web.validation import VALIDATORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connexion.lifecycle import ConnexionRequest
    from starlette.types import ASGIApp

    from chassis.runtime.metrics import Metrics
    from chassis.web.spec import Spec

log = logging.getLogger("outlay.app")

_DETAILS = {404: "Nothing is at this path; /docs lists what there is.", 405: "The path is right, the method is not; see /docs."}


@dataclass(frozen=True, kw_only=True)
class AppParts:
    """What a service's application is made of."""

    name: str
    spec: Spec
    handlers: object
    """Has a method for each operationId (createBudget: create_budget), called with a Request and the parameters by name.

    A tuple of such objects, one for each feature, is searched in order.
    """
    verify: Callable[[str], dict[str, Any]]
    """Returns the claims of a service token; raises UnauthorizedError."""
    statuses: Statuses
    sent_by_gateway: Callable[[Mapping[str, str]], bool] = lambda _headers: False
    """Whether a request with these headers comes from a gateway, whose word on the client's address counts."""
    metrics: Metrics
    checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    optional_checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """What it can do without for a time, by name: only reported at /readyz."""
    workers: int = 8
    validate_responses: bool = False
    quiet: bool = False


def build_app(parts: AppParts) -> ASGIApp:
    """Return the ASGI application of a service."""
    register_formats()
    events = security_events(parts.spec)
    app = connexion.FlaskApp(
        parts.name,
        resolver=Resolver(lambda name: _endpoint(_operation(parts.handlers, method_of(name)), parts, events.get(name, ""))),
        security_map={"bearer": _bearer(parts.verify, reading_operations(parts.spec))},
        validator_map=VALIDATORS,
        strict_validation=True,
        pythonic_params=True,
        validate_responses=parts.validate_responses,
        jsonifier=Jsonifier(json, separators=(",", ":"), ensure_ascii=False),
        swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
    )
    # connexion keeps Flask behind a2wsgi in this attribute; chassis.web.thread_bridge says why it is replaced.
    app._middleware_app.asgi_app = ThreadBridge(app.app.wsgi_app, workers=parts.workers, name=parts.name)  # noqa: SLF001
    _add_error_handlers(app, parts)
    document = json.dumps(parts.spec)
    options = app.middleware.options.__dict__
    # As app.add_api does, only that it would look through a document that the tests have looked through: half the time of a start.
    app.middleware.apis.append(API(_KnownDocument(json.loads(document)), base_path=None, name=None, **options))
    health = Health(parts.metrics, parts.checks, optional_checks=parts.optional_checks, document=document.encode())
    limits = BodyLimits([parts.spec])
    return Edge(
        app, service=parts.name, metrics=parts.metrics, health=health, limits=limits, quiet=parts.quiet, routes=Routes([parts.spec])
    )


class _KnownDocument(OpenAPISpecification):  # type: ignore[misc]
    """One of ours: tests/architecture lets connexion check each of them."""

    @classmethod
    def _validate_spec(cls, spec: Spec) -> None:
        pass


def _bearer(verify: Callable[[str], dict[str, Any]], reading: frozenset[str]) -> type[BearerSecurityHandler]:
    class Bearer(BearerSecurityHandler):  # type: ignore[misc]
        """Verifies the token of the Authorization header without looking a function up by name."""

        def get_fn(self, _scheme: Any, _scopes: Any) -> Callable[[Any], dict[str, Any]]:
            def check(request: Any) -> dict[str, Any]:
                kind, _space, token = request.headers.get("Authorization", "").partition(" ")
                if kind.lower() != "bearer" or not token:
                    message = "Sign in, or send a token as Authorization: Bearer."
                    raise UnauthorizedError(message)
                claims = verify(token)
                # Here and not where the operation is called: then the body would have been read already.
                operation = request.scope["extensions"][ROUTING_CONTEXT].get("operation_id")
                require_scope(Caller.from_claims(claims), "GET" if operation in reading else request.method)
                return claims

            return check

    return Bearer


def _operation(handlers: object, name: str) -> Callable[..., Response]:
    for handler in handlers if isinstance(handlers, tuple) else (handlers,):
        if hasattr(handler, name):
            operation: Callable[..., Response] = getattr(handler, name)
            return operation
    message = f"no handler has an operation {name}"
    raise AttributeError(message)


def _endpoint(operation: Callable[..., Response], parts: AppParts, event: str) -> Callable[..., flask.Response]:
    wanted = list(signature(operation).parameters.values())[1:]
    names = {parameter.name for parameter in wanted}

    def endpoint(**arguments: Any) -> Any:
        claims = arguments.pop("token_info", None)
        arguments.pop("user", None)
        caller = Caller.from_claims(claims) if claims else None
        arguments = _with_body(arguments, names)
        _check_arguments(arguments, wanted)
        headers_by_any_case = cast("Mapping[str, str]", flask.request.headers)
        by_gateway = parts.sent_by_gateway(headers_by_any_case)
        forwarded = headers_by_any_case.get("X-Forwarded-For", "") if by_gateway else ""
        request = Request(
            caller, headers_by_any_case, forwarded.split(",")[-1].strip() or flask.request.remote_addr or "", by_gateway
        )
        body, status, headers = without_reading(caller, call(request, arguments))
        if body is None:
            return _without_body(status, headers)
        if isinstance(body, Iterator):  # connexion would try to write it as one JSON value
            return flask.Response(body, status, dict(headers))
        return body, status, {"Content-Type": "application/json", **headers}

    def call(request: Request, arguments: dict[str, Any]) -> Response:
        try:
            body, status, headers = operation(request, **arguments)
        except Exception as error:
            if event:
                record_operation(event, request, status=body_of(error, parts.statuses, "")[0], reason=type(error).__name__)
            raise
        if event:
            record_operation(event, request, status=status, answer=body)
        return body, status, headers

    # connexion parses the body for whoever takes arguments, and what it trips over is not the handler's to judge.
    return (lambda: endpoint()) if "raw" in names else endpoint  # noqa: PLW0108


def _without_body(status: int, headers: Mapping[str, str]) -> flask.Response:
    """Compose an answer that connexion leaves as it is: of several media types in a document it would want to know which."""
    answer = flask.Response(status=status, headers=dict(headers))
    del answer.headers["Content-Type"]
    return answer


def _with_body(arguments: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Give an operation that takes `raw` the bytes of the body, and one that takes `form` the texts of a form, as they are."""
    if "raw" in names:
        return {"raw": flask.request.get_data()}
    if "form" in names:
        return {**{name: value for name, value in arguments.items() if name in names}, "form": flask.request.form.to_dict()}
    return arguments


def _check_arguments(arguments: Mapping[str, Any], wanted: Sequence[Parameter]) -> None:
    """Check the parts of a form, which nobody has read before it got here, and the texts of path and query."""
    names = {parameter.name for parameter in wanted}
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted):
        for name in arguments:
            if name not in names:
                raise InvalidRequestError(f"{name!r} is not known here.")
        for parameter in wanted:
            if parameter.default is parameter.empty and parameter.name not in arguments:
                raise InvalidRequestError(f"{parameter.name} is missing.")
    for name, value in arguments.items():
        if isinstance(value, str) and not printable(value):
            raise InvalidRequestError(f"{name} has a control character.")


def _add_error_handlers(app: connexion.FlaskApp, parts: AppParts) -> None:
    async def on_exception(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        status, body, headers = body_of(error, parts.statuses, _instance())
        if isinstance(error, ForbiddenError):
            record("access", REFUSED, reason=str(error), service=parts.name, method=request.method, path=request.url.path[:200])
        if status >= 500:  # noqa: PLR2004
            log.error("failed", exc_info=error, extra={"service": parts.name})
        return _response(status, body, headers)

    async def on_http(_request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        detail = _DETAILS.get(error.status_code) or str(error.detail or "").split("\n", 1)[0]
        if error.status_code >= 500:  # noqa: PLR2004
            log.error("failed", exc_info=error, extra={"service": parts.name})
            detail = ""  # it is about our code
        body = status_body(error.status_code, detail, _instance())
        return _response(error.status_code, body, dict(error.headers or {}))

    for kind in (Exception, Problem, *parts.statuses):
        app.add_error_handler(kind, on_exception)
    for kind in (HTTPException, connexion.ProblemException):
        app.add_error_handler(kind, on_http)


def _instance() -> str:
    trace = context.current.get()
    return trace.request_id if trace else ""


def _response(status: int, body: dict[str, Any], headers: dict[str, str]) -> ConnexionResponse:
    if status == 401:  # noqa: PLR2004
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    return ConnexionResponse(
        status_code=status, mimetype=PROBLEM_JSON, content_type=PROBLEM_JSON, body=json.dumps(body), headers=headers
    )
