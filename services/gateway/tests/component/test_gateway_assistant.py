"""What the assistant, Watson and MCP clients may reach through the gateway."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.credentials import credential_of
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from support.asgi import call
from testing.fakes.echo_services import SERVICES, Echo, tokens_of


def a_gateway(*services: str, exchange: Any = tokens_of) -> Any:
    return gateway.app.build(
        streams=EventStreams(),
        own_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in services},
        upstreams={name: Echo(name) for name in services},
        service_tokens=ServiceTokenCache(DirectTokenExchange(exchange), time.time),
        metrics=Metrics(),
        health=Health(Metrics(), {}),
        url="https://outlay.test",
    )


@pytest.fixture(scope="module")
def app() -> Any:
    return a_gateway(*SERVICES)


COOKIE = {"Cookie": "__Host-session=good", "Sec-Fetch-Site": "same-origin"}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def audience(headers: dict[str, str]) -> str:
    token = headers["authorization"].removeprefix("Bearer ")
    return str(jwt.decode(token, options={"verify_signature": False})["aud"])


def test_messages_reach_the_assistant_with_a_token_for_it(app) -> None:
    heard = call(app, "POST", "assistant/messages", headers=COOKIE).json()
    assert (heard["service"], audience(heard["headers"])) == ("assistant", "assistant")


def test_the_assistant_gets_the_credential_for_watsons_calls(app) -> None:
    sent = {**COOKIE, "X-Outlay-Extension": "made up"}
    given = call(app, "POST", "assistant/messages", headers=sent).json()["headers"]["x-outlay-extension"]
    assert given.startswith("outlay_ext_")
    assert jwt.decode(given.removeprefix("outlay_ext_"), options={"verify_signature": False})["aud"] == "extension"


def test_no_other_service_gets_it_and_no_sender_can_set_it(app) -> None:
    for path in ("expenses", "budgets", "alerts", "users/me"):
        sent = {"Cookie": "__Host-session=good", "X-Outlay-Extension": "made up"}
        assert "x-outlay-extension" not in call(app, "GET", path, headers=sent).json()["headers"]
    assert "x-outlay-extension" not in call(app, "GET", "assistant", headers={"X-Outlay-Extension": "made up"}).json()["headers"]


@pytest.mark.parametrize(("method", "path"), [("GET", "expenses"), ("POST", "expenses"), ("PATCH", "budgets/1"), ("GET", "alerts")])
def test_the_assistant_reaches_the_persons_data(app, method, path) -> None:
    heard = call(app, method, path, headers={**bearer("outlay_dlg_good"), "Sec-Fetch-Site": "cross-site"}).json()
    assert audience(heard["headers"]) == heard["service"]


DELEGATED_REFUSED = [
    ("GET", "users/me"),
    ("PATCH", "users/me"),
    ("GET", "users/me/tokens"),
    ("POST", "users/me/tokens"),
    ("POST", "session"),
    ("DELETE", "session"),
    ("GET", "users/me/sessions"),
    ("POST", "assistant/messages"),
    ("GET", "assistant"),
    ("GET", "assistant/tools/spending"),
    ("GET", "events"),
    ("HEAD", "events"),
]


@pytest.mark.parametrize(("method", "path"), DELEGATED_REFUSED)
def test_the_assistant_reaches_nothing_but_the_persons_data(app, method, path) -> None:
    answer = call(app, method, path, headers=bearer("outlay_dlg_good"))
    assert answer.status_code == 403
    assert answer.content == b"" or answer.json()["status"] == 403


def test_watson_may_call_the_tools(app) -> None:
    heard = call(app, "GET", "assistant/tools/spending", headers=bearer("outlay_ext_good")).json()
    assert (heard["service"], audience(heard["headers"])) == ("assistant", "assistant")
    assert "x-outlay-extension" not in heard["headers"]


def test_watson_may_use_a_header_other_than_authorization(app) -> None:
    for headers in ({}, COOKIE):
        sent = {**headers, "X-Outlay-Extension": "outlay_ext_good"}
        heard = call(app, "GET", "assistant/tools/spending", headers=sent).json()
        assert (heard["service"], audience(heard["headers"])) == ("assistant", "assistant")
        assert "x-outlay-extension" not in heard["headers"]


@pytest.mark.parametrize("secret", ["good", "outlay_pat_good", "outlay_dlg_good", ""])
def test_that_header_accepts_no_other_credential(app, secret) -> None:
    heard = call(app, "GET", "assistant/tools/spending", headers={"X-Outlay-Extension": secret}).json()
    assert "authorization" not in heard["headers"]


EXTENSION_REFUSED = [
    *DELEGATED_REFUSED[:9],
    ("POST", "assistant/tools/spending"),
    ("DELETE", "assistant/tools/spending"),
    ("GET", "assistant/tools"),
    ("GET", "assistant/toolsx"),
    ("GET", "expenses"),
    ("GET", "budgets"),
    ("GET", "alerts"),
    ("GET", "events"),
    ("GET", "exports/expenses.csv"),
]


@pytest.mark.parametrize(("method", "path"), EXTENSION_REFUSED)
def test_watson_reaches_nothing_but_the_tools(app, method, path) -> None:
    for headers in (bearer("outlay_ext_good"), {"X-Outlay-Extension": "outlay_ext_good"}):
        assert call(app, method, path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path", ["assistant/tools/../messages", "assistant/tools/%2e%2e/messages", "assistant/tools/../../expenses"]
)
def test_dots_in_a_path_do_not_extend_watsons_access(app, path) -> None:
    assert call(app, "GET", path, headers=bearer("outlay_ext_good")).status_code in (403, 404)


@pytest.mark.parametrize("secret", ["outlay_dlg_bad", "outlay_ext_bad"])
def test_an_expired_credential_is_reported_as_invalid(app, secret) -> None:
    path = "expenses" if "dlg" in secret else "assistant/tools/spending"
    assert call(app, "GET", path, headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize("secret", ["outlay_dlg_good", "outlay_ext_good", "outlay_pat_good"])
def test_a_cookie_may_only_hold_a_session(app, secret) -> None:
    assert credential_of({"cookie": f"__Host-session={secret}"}, secure=True) is None
    assert "authorization" not in call(app, "GET", "expenses", headers={"Cookie": f"__Host-session={secret}"}).json()["headers"]


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_mcp_is_for_access_tokens(app, method) -> None:
    heard = call(app, method, "/mcp", base="https://outlay.test", headers=bearer("outlay_pat_good")).json()
    assert (heard["service"], heard["path"], audience(heard["headers"])) == ("assistant", "/mcp", "assistant")


@pytest.mark.parametrize(
    "headers", [{}, COOKIE, bearer("outlay_dlg_good"), bearer("outlay_ext_good"), bearer("outlay_pat_bad"), bearer("eyJ.raw.jwt")]
)
def test_mcp_refuses_every_other_credential(app, headers) -> None:
    answer = call(app, "POST", "/mcp", base="https://outlay.test", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_mcp_refuses_a_rebound_host_name(app) -> None:
    assert call(app, "POST", "/mcp", base="https://evil.test", headers=bearer("outlay_pat_good")).status_code == 421


def test_without_an_assistant_its_paths_are_not_found() -> None:
    gateway_alone = a_gateway(*SERVICES[:4])
    assert call(gateway_alone, "POST", "assistant/messages", headers=bearer("outlay_pat_good")).status_code == 404
    assert call(gateway_alone, "POST", "/mcp", base="https://outlay.test", headers=bearer("outlay_pat_good")).status_code == 405


def test_an_auth_without_the_assistant_yet_is_a_503() -> None:
    def former(secret: str) -> tuple[dict[str, str], int]:
        tokens, expires_at = tokens_of(secret)
        return {name: tokens[name] for name in SERVICES[:4]}, expires_at

    upgraded = a_gateway(*SERVICES, exchange=former)
    answer = call(upgraded, "POST", "assistant/messages", headers=bearer("outlay_pat_good"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert call(upgraded, "GET", "expenses", headers=bearer("outlay_pat_good")).status_code == 200
