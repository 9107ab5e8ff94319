"""What the gateway does with requests: whose token it adds, what it refuses, where it sends them."""

from __future__ import annotations

import jwt
import pytest

from support.asgi import call

GATEWAY_KEY = "g" * 32


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("users/me", "auth"),
        ("session", "auth"),
        ("password-resets/x", "auth"),
        ("expenses", "expenses"),
        ("exports/expenses.csv", "expenses"),
        ("summary", "expenses"),
        ("budgets/1/periods", "budgets"),
        ("alerts/preferences", "notifier"),
    ],
)
def test_a_path_goes_to_the_service_that_describes_it(app, path, service) -> None:
    assert call(app, "GET", path).json()["service"] == service


@pytest.mark.parametrize("path", ["internal/tokens", "internal/jwks", "nothing", "", "Expenses", "%2e%2e/internal/jwks"])
def test_internal_and_unknown_paths_are_not_found(app, path) -> None:
    answer = call(app, "GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_session_cookie_is_replaced_by_a_service_token(app) -> None:
    headers = call(app, "GET", "expenses", headers={"Cookie": "theme=dark; __Host-session=good"}).json()["headers"]
    assert jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})["sub"] == "u1"
    assert "cookie" not in headers


def test_an_access_token_is_replaced_by_a_service_token(app) -> None:
    headers = call(app, "GET", "expenses", headers={"Authorization": "Bearer outlay_pat_good"}).json()["headers"]
    assert jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})["sub"] == "u2"


@pytest.mark.parametrize(
    "headers", [{}, {"Cookie": "__Host-session=stale"}, {"Authorization": "Bearer eyJ.raw.jwt"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_valid_credential_the_service_gets_no_token(app, headers) -> None:
    assert "authorization" not in call(app, "GET", "expenses", headers=headers).json()["headers"]


def test_an_invalid_access_token_is_unauthorized(app) -> None:
    answer = call(app, "GET", "expenses", headers={"Authorization": "Bearer outlay_pat_bad"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")


def test_each_service_gets_its_own_token_and_auth_the_gateway_key(app) -> None:
    paths = {"auth": "users/me", "expenses": "expenses", "budgets": "budgets", "notifier": "alerts", "assistant": "assistant"}
    sent = {"Authorization": "Bearer outlay_pat_good", "X-Gateway-Key": "made up"}
    heard = {name: call(app, "GET", path, headers=sent).json()["headers"] for name, path in paths.items()}
    for name, headers in heard.items():
        token = headers["authorization"].removeprefix("Bearer ")
        assert jwt.decode(token, options={"verify_signature": False})["aud"] == name
    proofs = {name: headers.get("x-gateway-key") for name, headers in heard.items()}
    assert proofs == {**dict.fromkeys(paths), "auth": GATEWAY_KEY}


def test_a_sender_cannot_claim_another_address(app) -> None:
    headers = call(app, "GET", "expenses", headers={"X-Forwarded-For": "6.6.6.6"}).json()["headers"]
    assert headers["x-forwarded-for"] == "127.0.0.1"


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.test"},
    {"Origin": "http://outlay.test"},
    {"Origin": "https://outlay.test:8443"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize("said", FOREIGN)
def test_a_change_with_a_cookie_must_come_from_our_own_pages(app, said) -> None:
    answer = call(app, "POST", "expenses", headers={"Cookie": "__Host-session=good", **said})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/foreign-site")


@pytest.mark.parametrize("said", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://outlay.test"}])
def test_our_own_pages_may_change_things(app, said) -> None:
    assert call(app, "POST", "expenses", headers={"Cookie": "__Host-session=good", **said}).status_code == 200


def test_scripts_may_sign_in_and_pages_of_other_sites_may_not(app) -> None:
    assert call(app, "POST", "session", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert call(app, "POST", "session").status_code == 200


@pytest.mark.parametrize("path", ["expenses", "dev/mails", "openapi.json", "nothing"])
def test_a_rebound_host_name_is_refused(app, path: str) -> None:
    answer = call(app, "GET", path, base="https://evil.test/api/v1")
    assert (answer.status_code, answer.json()["type"]) == (421, "/problems/wrong-host")
    assert call(app, "GET", "", base="https://evil.test").status_code == 421


def test_health_checks_by_address_are_answered(app) -> None:
    assert call(app, "GET", "livez", base="http://10.1.2.3:8000").status_code == 200


def test_the_merged_document_is_served(app) -> None:
    document = call(app, "GET", "openapi.json").json()
    assert {"/expenses", "/budgets", "/alerts", "/session", "/events"} <= set(document["paths"])
    assert call(app, "GET", "dev/mails/../../etc").status_code == 404


def test_development_emails_are_shown_only_to_their_recipient(app) -> None:
    assert call(app, "GET", "dev/mails").status_code == 401
    assert call(app, "GET", "dev/mails/m1").status_code == 401
    cookie, token = {"Cookie": "__Host-session=good"}, {"Authorization": "Bearer outlay_pat_good"}
    assert call(app, "GET", "dev/mails", headers=cookie).json() == {"items": [{"id": "of u1"}]}
    assert call(app, "GET", "dev/mails/m1", headers=cookie).json() == {"subject": "Hello"}
    assert call(app, "GET", "dev/mails", headers=token).status_code == 403, "their links do what no access token may"
    assert call(app, "GET", "dev/mails/m1", headers=token).status_code == 403


def test_pages_have_a_strict_policy(app) -> None:
    headers = call(app, "GET", "/", base="http://outlay.test").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["strict-transport-security"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["hooks/sendgrid", "unsubscribe/x"])
def test_requests_from_anywhere_are_passed_on_without_credentials(app, path) -> None:
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site", "Cookie": "session=good"}
    for headers in (elsewhere, {"Authorization": "Bearer outlay_pat_unknown"}):
        answer = call(app, "POST", path, headers=headers)
        assert (answer.status_code, answer.json()["service"]) == (200, "notifier")
        assert not {"authorization", "cookie"} & set(answer.json()["headers"])


def test_head_of_the_event_stream_returns_at_once(app) -> None:
    answer = call(app, "HEAD", "events", headers={"Authorization": "Bearer outlay_pat_good"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert call(app, "HEAD", "events").status_code == 401


def test_a_write_only_token_gets_no_events(app) -> None:
    for method in ("GET", "HEAD"):
        assert call(app, method, "events", headers={"Authorization": "Bearer outlay_pat_writer"}).status_code == 403
