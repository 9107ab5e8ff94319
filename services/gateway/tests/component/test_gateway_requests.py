"""What the gateway does with requests: whose token it adds, what it refuses, where it sends them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.datastructures import Headers

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.addresses import Addresses, WrongHostError
from gateway.credentials import Credential, ForeignSiteError, credential_of, refuse_foreign_site
from gateway.development_mail import DevelopmentMail
from gateway.event_stream import EventStreams, TooManyStreamsError
from gateway.pages import Pages
from gateway.routes import RouteClashError, first_part, routes_of
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from support.asgi import call
from testing.fakes.gateway_alone import SERVICES, Echo, tokens_of

GATEWAY_KEY = "g" * 32


@pytest.fixture(scope="module")
def app() -> Any:
    return gateway.app.build(
        streams=EventStreams(),
        own_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={name: Echo(name) for name in SERVICES},
        service_tokens=ServiceTokenCache(DirectTokenExchange(tokens_of), time.time),
        metrics=Metrics(),
        health=Health(Metrics(), {}),
        url="https://outlay.test",
        mail=DevelopmentMail(
            lambda user: [{"id": f"of {user}"}], lambda user, mail: {"subject": "Hello"} if (user, mail) == ("u1", "m1") else None
        ),
        gateway_key=GATEWAY_KEY,
    )


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


def test_a_path_with_dot_segments_has_no_service() -> None:
    assert first_part("/api/v1/users/../internal/tokens") is None
    assert first_part("/api/v1/./expenses") is None
    assert first_part("/api/v1/expenses/a..b") == "expenses"


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


def test_a_script_with_a_token_needs_no_origin() -> None:
    own = Addresses("https://outlay.test")
    refuse_foreign_site("POST", {"sec-fetch-site": "cross-site"}, Credential("outlay_pat_x", from_cookie=False), own)
    with pytest.raises(ForeignSiteError):
        refuse_foreign_site("DELETE", {"sec-fetch-site": "cross-site"}, Credential("x", from_cookie=True), own)


def test_over_https_only_the_host_cookie_counts() -> None:
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=True) == Credential("a", from_cookie=True)
    assert credential_of({"cookie": "session=b"}, secure=True) is None
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=False) == Credential("b", from_cookie=True)


@pytest.mark.parametrize(
    "others", ["another app=1 2", "a b", 'x="un;closed', 'k[]={"a": 1}', "=", "theme", "ü=ä"], ids=lambda text: text.encode().hex()
)
def test_malformed_cookies_of_other_applications_do_not_matter(others: str) -> None:
    assert credential_of({"cookie": f"{others}; __Host-session=a; {others}"}, secure=True) == Credential("a", from_cookie=True)


HOSTS = {
    "https://outlay.test": (
        ["outlay.test", "OUTLAY.test", "outlay.test:443", "outlay.test."],
        ["localhost", "127.0.0.1:8000", "outlay.test:80"],
    ),
    "http://127.0.0.1:8000": (
        ["127.0.0.1:8000", "localhost:9000", "[::1]:8000"],
        ["outlay.test", "127.0.0.1.evil.test:8000", "10.0.0.1"],
    ),
    "http://outlay.test:8080": (["outlay.test:8080"], ["outlay.test", "outlay.test:8081"]),
}
STRANGE = [
    "",
    "evil.test",
    "a@outlay.test",
    "outlay.test:x",
    "outlay.test/",
    "outlay.test, evil.test",
    "[::1",
    "127.0.0.1@evil.test",
]


@pytest.mark.parametrize("url", HOSTS)
def test_only_the_public_address_is_accepted_as_host(url: str) -> None:
    own, (right, wrong) = Addresses(url), HOSTS[url]
    for host in right:
        own.check_host(host)
    for host in (*wrong, *STRANGE):
        with pytest.raises(WrongHostError):
            own.check_host(host)


def test_in_development_names_of_this_machine_are_accepted() -> None:
    own = Addresses("https://outlay.test", development=True)
    own.check_host("localhost:5173")
    assert own.is_own("http://localhost:5173", "localhost:5173")
    assert not own.is_own("http://localhost:3000", "localhost:5173")
    with pytest.raises(WrongHostError):
        own.check_host("evil.test:8000")


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


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<html data-theme="auto">hello</html>')
    (tmp_path / "assets" / "app-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "app-1a2b.js.br").write_text("small")
    return Pages(tmp_path)


def answered(pages: Pages, path: str, theme: str = "auto", **headers: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await pages.respond(path, Headers(headers), theme)(scope, receive, send)

    return call(app, "GET", path, base="http://outlay.test")


def test_every_path_of_the_ui_gets_the_page_in_the_chosen_theme(pages) -> None:
    assert 'data-theme="dark"' in answered(pages, "/budgets", "dark").text
    assert 'data-theme="auto"' in answered(pages, "/", '"><script>').text
    assert answered(pages, "/").headers["cache-control"] == "no-cache"


def test_assets_are_served_compressed_and_cached_forever(pages) -> None:
    answer = answered(pages, "/assets/app-1a2b.js", **{"accept-encoding": "gzip, br"})
    assert (answer.headers["content-encoding"], answer.headers["cache-control"]) == ("br", "public, max-age=31536000, immutable")
    assert answered(pages, "/assets/app-1a2b.js").text == "plain"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/../secret.txt", "/favicon.ico", "/assets/../index.html.bak"])
def test_files_that_were_not_built_are_not_found(pages, path) -> None:
    assert answered(pages, path).status_code == 404


def test_two_services_cannot_claim_the_same_paths() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {}}}, "b": {"paths": {"/x/{id}": {}}}})


@pytest.mark.parametrize("path", ["hooks/sendgrid", "unsubscribe/x"])
def test_requests_from_anywhere_are_passed_on_without_credentials(app, path) -> None:
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site", "Cookie": "session=good"}
    for headers in (elsewhere, {"Authorization": "Bearer outlay_pat_unknown"}):
        answer = call(app, "POST", path, headers=headers)
        assert (answer.status_code, answer.json()["service"]) == (200, "notifier")
        assert not {"authorization", "cookie"} & set(answer.json()["headers"])


def test_only_marked_operations_may_come_from_anywhere() -> None:
    routes = routes_of({name: load_spec(name) for name in SERVICES})
    assert {part for part, route in routes.items() if route.from_anywhere} == {"hooks", "unsubscribe"}


def test_a_first_part_is_open_to_any_sender_entirely_or_not_at_all() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {"get": {"x-from-anywhere": True}}, "/x/{id}": {"get": {}}}}})


def test_each_user_sees_their_own_events_and_no_internals() -> None:
    async def watch() -> list[str | None]:
        streams = EventStreams()
        mine, other = streams.open("u1", "u1"), streams.open("u2", "u2")
        streams.send("budget.exceeded", {"user_id": "u1", "budget_name": "Köffee"})
        streams.send("expense.recorded", {"user_id": "u1", "changes": [1, 2, 3]})
        streams.send("user.changed", {"user_id": "u1", "email": "sealed"})
        return [await mine.take(1), await mine.take(1), await mine.take(0.05), await other.take(0.05)]

    assert asyncio.run(watch()) == [
        'event: budget.exceeded\ndata: {"book_id": "u1", "user_id": "u1", "budget_name": "Köffee"}\n\n',
        'event: expense.recorded\ndata: {"book_id": "u1", "user_id": "u1", "changes": 3}\n\n',
        ": still here\n\n",
        ": still here\n\n",
    ]


def test_head_of_the_event_stream_returns_at_once(app) -> None:
    answer = call(app, "HEAD", "events", headers={"Authorization": "Bearer outlay_pat_good"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert call(app, "HEAD", "events").status_code == 401


def test_a_write_only_token_gets_no_events(app) -> None:
    for method in ("GET", "HEAD"):
        assert call(app, method, "events", headers={"Authorization": "Bearer outlay_pat_writer"}).status_code == 403


def test_a_slow_stream_is_told_to_refresh() -> None:
    async def watch() -> list[str | None]:
        streams = EventStreams()
        stream = streams.open("u1", "u1")
        for number in range(502):
            streams.send("alert.raised", {"user_id": "u1", "n": number})
        await asyncio.sleep(0.05)
        return [await stream.take(1), await stream.take(1)]

    assert asyncio.run(watch()) == [
        "event: refresh\ndata: {}\n\n",
        'event: alert.raised\ndata: {"book_id": "u1", "user_id": "u1", "n": 501}\n\n',
    ]


def test_streams_are_limited_and_can_be_closed() -> None:
    async def watch() -> None:
        streams = EventStreams()
        opened = [streams.open("u1", "u1") for _ in range(20)]
        with pytest.raises(TooManyStreamsError):
            streams.open("u1", "u1")
        streams.leave(opened.pop())
        streams.open("u1", "u1")
        streams.close()
        assert await opened[0].take(1) is None

    asyncio.run(watch())
