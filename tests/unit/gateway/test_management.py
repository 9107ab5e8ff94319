"""What the gateway tells anybody about itself and its address, and what operators alone are told."""

from __future__ import annotations

import time
from typing import Any

import pytest

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.adapters.exchange import DirectExchange
from gateway.domain.hub import Hub
from gateway.domain.passes import Passes
from support.asgi import call

ADDRESS = "http://outlay.test"


def away() -> None:
    message = "refused"
    raise ConnectionError(message)


def health(**checks: Any) -> Health:
    return Health(Metrics(), checks, optional_checks={"broker": away}, document=b"{}")


def entrance(of: Health, *, url: str = ADDRESS, hsts_subdomains: bool = False) -> Any:
    return gateway.app.build(
        hub=Hub(),
        front_spec=load_spec("gateway"),
        specs={},
        upstreams={},
        metrics=Metrics(),
        health=of,
        passes=Passes(DirectExchange(lambda _secret: ({}, 0)), time.time),
        url=url,
        hsts_subdomains=hsts_subdomains,
    )


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/openapi.json", "/internal/jwks", "/internal", "/api/v1/internal/jwks"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nobody_finds_what_is_for_operators_at_the_public_port(path: str, method: str) -> None:
    assert call(entrance(health(store=away)), method, path, base=ADDRESS).status_code == 404


def test_the_public_port_says_whether_it_is_ready_and_not_what_it_needs() -> None:
    ready = call(entrance(health(store=lambda: None)), "GET", "/readyz", base=ADDRESS)
    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})
    waiting = call(entrance(health(store=away)), "GET", "/readyz", base=ADDRESS)
    assert (waiting.status_code, waiting.json()) == (503, {"status": "not ready"})


def test_operators_are_told_what_is_away() -> None:
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
def test_browsers_keep_to_https_on_subdomains_only_where_it_is_set(url: str, subdomains: bool, told: str | None) -> None:
    answer = call(entrance(health(), url=url, hsts_subdomains=subdomains), "GET", "/livez", base=url)
    assert answer.headers.get("strict-transport-security") == told
