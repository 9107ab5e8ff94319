"""Puts the gateway together; the only file that knows all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from starlette.types import ASGIApp

from chassis.runtime.metrics import Metrics
from chassis.web.health import Health, PublicStatus
from chassis.web.middleware.body_limits import BodyLimits
from chassis.web.middleware.stack import with_middleware
from chassis.web.routes import Routes
from chassis.web.spec import Spec, merge_specs
from gateway.addresses import Addresses
from gateway.caller_tokens import CallerTokens
from gateway.development_mail import DevelopmentMail
from gateway.event_stream import EventStreams
from gateway.forwarding import Forwarder
from gateway.live_events import LiveEvents
from gateway.pages import Pages
from gateway.router import Router
from gateway.routes import routes_of
from gateway.service_tokens import ServiceTokenCache

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
    own_spec: Spec,
    specs: Mapping[str, Spec],
    upstreams: Mapping[str, ASGIApp],
    service_tokens: ServiceTokenCache,
    streams: EventStreams,
    metrics: Metrics,
    health: Health,
    url: str,
    development: bool = False,
    hsts_subdomains: bool = False,
    mail: DevelopmentMail | None = None,
    gateway_key: str = "",
    proxies: int = 0,
) -> ASGIApp:
    """Return the gateway in front of `upstreams`, whose documents are `specs`; `url` is the address in people's browsers.

    An EventHandler keeps `service_tokens` and `streams` up to date. The public sees only the status of `health`.
    `gateway_key` proves to auth that a request comes through here. `proxies` is how many proxies are in front.
    """
    addresses = Addresses(url, development=development)
    document = merge_specs(own_spec, specs.values(), of_one_version=False)
    caller_tokens = CallerTokens(service_tokens, secure=addresses.secure)
    router = Router(
        routes=routes_of(specs),
        forwarder=Forwarder(upstreams, caller_tokens, addresses, gateway_key=gateway_key, proxies=proxies),
        caller_tokens=caller_tokens,
        live_events=LiveEvents(streams, caller_tokens),
        pages=Pages(Path(str(files("gateway") / "web"))),
        document=json.dumps(document, separators=(",", ":")).encode(),
        addresses=addresses,
        mail=mail,
    )
    return with_middleware(
        router,
        service="gateway",
        metrics=metrics,
        health=PublicStatus(health),
        headers=_headers(secure=addresses.secure, hsts_subdomains=hsts_subdomains),
        limits=BodyLimits(specs.values()),
        routes=Routes([document]),
    )


def _headers(*, secure: bool, hsts_subdomains: bool) -> dict[bytes, bytes]:
    if not secure:
        return _HEADERS
    hsts = b"max-age=31536000; includeSubDomains" if hsts_subdomains else b"max-age=31536000"
    return {**_HEADERS, b"strict-transport-security": hsts}
