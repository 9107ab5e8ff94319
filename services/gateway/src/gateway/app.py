"""Composition root of the gateway."""

from __future__ import annotations

import json
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.edge import Edge
from chassis.health import Health
from chassis.limits import BodyLimits
from chassis.spec import Spec, merge_specs
from gateway.domain.hub import Hub
from gateway.domain.passes import Exchange, Passes
from gateway.domain.routes import routes_of
from gateway.front import Front
from gateway.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp

    from chassis.metrics import Metrics
    from gateway.mailbox import DevelopmentMail

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

_HEADERS = {
    b"content-security-policy": CONTENT_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cache-control": b"no-store",
}


def build(
    *,
    hub: Hub,
    front_spec: Spec,
    specs: Mapping[str, Spec],
    upstreams: Mapping[str, ASGIApp],
    exchange: Exchange,
    metrics: Metrics,
    checks: Mapping[str, Callable[[], object]],
    secure: bool,
    wishes: Mapping[str, Callable[[], object]] | None = None,
    mail: DevelopmentMail | None = None,
    proxies: int = 0,
) -> ASGIApp:
    """Build the gateway in front of `upstreams`; `hub` is told events, `secure` says that browsers reach it over https.

    `checks` are what it needs to be ready, `wishes` what it can do without for a time. `proxies` stand in front of it.
    """
    merged = merge_specs(front_spec, specs.values(), of_one_version=False)
    front = Front(
        upstreams=upstreams,
        routes=routes_of(specs),
        passes=Passes(exchange, time.time),
        hub=hub,
        pages=Pages(Path(str(files("gateway") / "web"))),
        document=json.dumps(merged, separators=(",", ":")).encode(),
        mail=mail,
        proxies=proxies,
    )
    headers = {**_HEADERS, b"strict-transport-security": b"max-age=31536000"} if secure else _HEADERS
    health = Health(metrics, checks, wishes=wishes)
    limits = BodyLimits(specs.values())
    return Edge(front, service="gateway", metrics=metrics, health=health, headers=headers, limits=limits)
