"""Builds a service's web application from its document: Connexion finds and guards operations, Flask runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connexion import ConnexionMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.main import API
from connexion.middleware.response_validation import ResponseValidationMiddleware
from connexion.middleware.routing import RoutingMiddleware
from connexion.resolver import Resolver
from connexion.spec import OpenAPISpecification
from starlette.types import ASGIApp

from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import Statuses
from chassis.web.authentication import BEARER, Authentication
from chassis.web.formats import register_formats
from chassis.web.health import Health
from chassis.web.middleware.body_limits import BodyLimits
from chassis.web.middleware.stack import with_middleware
from chassis.web.operations import Endpoint, Operations
from chassis.web.problem_responses import add_error_handlers
from chassis.web.request import Response
from chassis.web.routes import Routes
from chassis.web.security_events import security_events
from chassis.web.spec import Spec, method_of, operations
from chassis.web.thread_bridge import ThreadBridge
from chassis.web.validation import RequestChecks


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
    app = ConnexionMiddleware(
        ThreadBridge(Operations(parts.name, _endpoints(parts)), workers=parts.workers, name=parts.name),
        import_name=parts.name,
        middlewares=_layers(parts),
        resolver=Resolver(lambda name: _operation(parts.handlers, method_of(name))),
        security_map={BEARER: Authentication(parts.verify, parts.spec)},
        validate_responses=parts.validate_responses,
    )
    add_error_handlers(app, parts.name, parts.statuses)
    document = json.dumps(parts.spec)
    # As app.add_api does, only that it would look through a document that the tests have looked through: half the time of a start.
    app.apis.append(API(_KnownDocument(json.loads(document)), base_path=None, name=None, **vars(app.options)))
    health = Health(parts.metrics, parts.checks, optional_checks=parts.optional_checks, document=document.encode())
    limits = BodyLimits([parts.spec])
    return with_middleware(
        app, service=parts.name, metrics=parts.metrics, health=health, limits=limits, quiet=parts.quiet, routes=Routes([parts.spec])
    )


def _layers(parts: AppParts) -> list[Any]:
    """Return what Connexion does with each request: less than by default, since each layer costs every request."""
    checks = [ResponseValidationMiddleware] if parts.validate_responses else []
    return [ExceptionMiddleware, RoutingMiddleware, RequestChecks, *checks]


def _endpoints(parts: AppParts) -> dict[str, Endpoint]:
    events = security_events(parts.spec)
    return {
        name: Endpoint(
            _operation(parts.handlers, method_of(name)),
            statuses=parts.statuses,
            sent_by_gateway=parts.sent_by_gateway,
            event=events.get(name, ""),
        )
        for name in (operation["operationId"] for _path, _method, operation in operations(parts.spec))
    }


class _KnownDocument(OpenAPISpecification):  # type: ignore[misc]
    """One of ours: tests/architecture lets connexion check each of them."""

    @classmethod
    def _validate_spec(cls, spec: Spec) -> None:
        pass


def _operation(handlers: object, name: str) -> Callable[..., Response]:
    for handler in handlers if isinstance(handlers, tuple) else (handlers,):
        if hasattr(handler, name):
            operation: Callable[..., Response] = getattr(handler, name)
            return operation
    raise AttributeError(f"no handler has an operation {name}")
