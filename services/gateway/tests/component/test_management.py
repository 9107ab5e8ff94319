"""What the gateway reports about itself to the public, and on the management port."""

from __future__ import annotations

import time
from typing import Any

import pytest

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from support.asgi import call

ADDRESS = "http://outlay.test"


def away() -> None:
    message = "refused"
    raise ConnectionError(message)


def health(**checks: Any) -> Health:
    return Health(Metrics(), checks, optional_checks={"broker": away}, document=b"{}")


def entrance(of: Health, *, url: str = ADDRESS, hsts_subdomains: bool = False) -> Any:
    return gateway.app.build(
        streams=EventStreams(),
        own_spec=load_spec("gateway"),
        specs={},
        upstreams={},
        metrics=Metrics(),
        health=of,
        service_tokens=ServiceTokenCache(DirectTokenExchange(lambda _secret: ({}, 0)), time.time),
        url=url,
        hsts_subdomains=hsts_subdomains,
    )


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/openapi.json", "/internal/jwks", "/internal", "/api/v1/internal/jwks"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_public_port_has_no_metrics(path: str, method: str) -> None:
    assert call(entrance(health(store=away)), method, path, base=ADDRESS).status_code == 404


def test_the_public_port_reports_readiness_without_details() -> None:
    ready = call(entrance(health(store=lambda: None)), "GET", "/readyz", base=ADDRESS)
    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})
    waiting = call(entrance(health(store=away)), "GET", "/readyz", base=ADDRESS)
    assert (waiting.status_code, waiting.json()) == (503, {"status": "not ready"})


def test_the_management_port_reports_failing_checks() -> None:
    answer = call(health(store=away), "GET", "/readyz", base=ADDRESS)
    assert (answer.status_code, answer.json()["checks"]) == (503, {"store": "failing", "broker": "failing"})
    assert "outlay_requests_total" in call(health(), "GET", "/metrics", base=ADDRESS).text


@pytest.mark.parametrize(
    ("url", "subdomains", "told"),
    [
        ("https://outlay.test", True, "max-age=31536000; includeSubDomains"),
        ("https://outlay.test", False, "max-age=31536000"),
        ("http://outlay.test", True, None),
    ],
)
def test_hsts_covers_subdomains_only_if_set(url: str, subdomains: bool, told: str | None) -> None:
    answer = call(entrance(health(), url=url, hsts_subdomains=subdomains), "GET", "/livez", base=url)
    assert answer.headers.get("strict-transport-security") == told
