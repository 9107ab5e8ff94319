"""Composition root of the gateway."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.web.health import PublicStatus
from chassis.web.middleware.body_limits import BodyLimits
from chassis.web.middleware.stack import with_middleware
from chassis.web.routes import Routes
from chassis.web.spec import Spec, merge_specs
from gateway.domain.addresses import Addresses
from gateway.domain.hub import Hub
from gateway.domain.passes import Passes
from gateway.domain.routes import routes_of
from gateway.front import Front
from gateway.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from chassis.runtime.metrics import Metrics
    from chassis.web.health import Health
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
    passes: Passes,
    metrics: Metrics,
    health: Health,
    url: str,
    development: bool = False,
    hsts_subdomains: bool = False,
    mail: DevelopmentMail | None = None,
    gateway_key: str = "",
    proxies: int = 0,
) -> ASGIApp:
    """Build the gateway in front of `upstreams`; `hub` and `passes` follow events, `url` is the address in people's browsers.

    Of `health` the public is told the status alone. `proxies` stand in front of it.
    `gateway_key` proves to auth that a request comes through here.
    """
    own = Addresses(url, development=development)
    merged = merge_specs(front_spec, specs.values(), of_one_version=False)
    front = Front(
        upstreams=upstreams,
        routes=routes_of(specs),
        passes=passes,
        hub=hub,
        pages=Pages(Path(str(files("gateway") / "web"))),
        document=json.dumps(merged, separators=(",", ":")).encode(),
        own=own,
        mail=mail,
        gateway_key=gateway_key,
        proxies=proxies,
    )
    hsts = b"max-age=31536000; includeSubDomains" if hsts_subdomains else b"max-age=31536000"
    headers = {**_HEADERS, b"strict-transport-security": hsts} if own.secure else _HEADERS
    limits = BodyLimits(specs.values())
    status = PublicStatus(health)
    return with_middleware(
        front, service="gateway", metrics=metrics, health=status, headers=headers, limits=limits, routes=Routes([merged])
    )
