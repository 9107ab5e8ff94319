"""All middlewares around an application, in their order."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp

from chassis.runtime.metrics import Metrics
from chassis.web.health import HealthReport, Liveness
from chassis.web.middleware.access_log import AccessLog
from chassis.web.middleware.body_limits import BodyLimiting, BodyLimits
from chassis.web.middleware.failures import Failures
from chassis.web.middleware.health_paths import HealthPaths
from chassis.web.middleware.request_trace import RequestTrace
from chassis.web.middleware.security_headers import SECURITY_HEADERS, SecurityHeaders
from chassis.web.routes import Routes


def with_middleware(
    app: ASGIApp,
    *,
    service: str,
    metrics: Metrics,
    health: HealthReport | None = None,
    headers: Mapping[bytes, bytes] = SECURITY_HEADERS,
    limits: BodyLimits | None = None,
    quiet: bool = False,
    routes: Routes | None = None,
) -> ASGIApp:
    """Wrap `app`.

    `routes` name the operations in metrics. `quiet` writes no log line, for a service in a process whose gateway writes one.
    Without `health`, /livez is the only health check.
    """
    app = BodyLimiting(app, limits or BodyLimits())
    app = Failures(app, service)
    app = AccessLog(app, service, metrics, routes or Routes(), quiet=quiet)
    app = RequestTrace(app, service, metrics.spans)
    app = HealthPaths(app, health or Liveness())
    return SecurityHeaders(app, headers)
