"""The gateway's front door: whom it speaks for, what it refuses, where it sends things."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.datastructures import Headers

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.adapters.exchange import DirectExchange
from gateway.domain.addresses import Addresses, WrongHostError
from gateway.domain.credentials import Credential, ForeignSiteError, credential_of, refuse_foreign_site
from gateway.domain.hub import Hub, TooManyStreamsError
from gateway.domain.passes import Passes
from gateway.domain.routes import RouteClashError, first_part, routes_of
from gateway.mailbox import DevelopmentMail
from gateway.pages import Pages
from support.asgi import call

GATEWAY_KEY = "g" * 32
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")


class Echo:
    """A service that answers with what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = json.dumps({"service": self.name, "path": scope["path"], "headers": headers, "size": len(body)}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": answer})


def tokens_of(secret: str) -> tuple[dict[str, str], int]:
    user = {"good": "u1", "outlay_pat_good": "u2", "outlay_pat_writer": "u3", "outlay_dlg_good": "u4", "outlay_ext_good": "u5"}.get(
        secret
    )
    if user is None:
        raise UnauthorizedError
    expires_at = int(time.time()) + 120
    scope = "write" if user == "u3" else "read write"
    claims = {"sub": user, "exp": expires_at, "scope": scope}
    audiences = {"outlay_dlg_good": SERVICES[1:4], "outlay_ext_good": ("assistant",)}.get(secret, (*SERVICES, "extension"))
    return {name: jwt.encode({**claims, "aud": name}, "k" * 32, "HS256") for name in audiences}, expires_at


@pytest.fixture(scope="module")
def app() -> Any:
    return gateway.app.build(
        hub=Hub(),
        front_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={name: Echo(name) for name in SERVICES},
        passes=Passes(DirectExchange(tokens_of), time.time),
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
def test_internal_and_unknown_paths_are_not_there(app, path) -> None:
    answer = call(app, "GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_path_with_dots_arrives_nowhere() -> None:
    assert first_part("/api/v1/users/../internal/tokens") is None
    assert first_part("/api/v1/./expenses") is None
    assert first_part("/api/v1/expenses/a..b") == "expenses"


def test_a_session_cookie_becomes_a_service_token_and_stays_at_the_door(app) -> None:
    headers = call(app, "GET", "expenses", headers={"Cookie": "theme=dark; __Host-session=good"}).json()["headers"]
    assert jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})["sub"] == "u1"
    assert "cookie" not in headers


def test_an_access_token_becomes_a_service_token(app) -> None:
    headers = call(app, "GET", "expenses", headers={"Authorization": "Bearer outlay_pat_good"}).json()["headers"]
    assert jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})["sub"] == "u2"


@pytest.mark.parametrize(
    "headers", [{}, {"Cookie": "__Host-session=stale"}, {"Authorization": "Bearer eyJ.raw.jwt"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_living_credential_the_service_hears_of_nobody(app, headers) -> None:
    assert "authorization" not in call(app, "GET", "expenses", headers=headers).json()["headers"]


def test_a_bad_access_token_is_said_to_be_bad(app) -> None:
    answer = call(app, "GET", "expenses", headers={"Authorization": "Bearer outlay_pat_bad"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")


def test_each_service_gets_its_own_token_and_auth_a_proof(app) -> None:
    paths = {"auth": "users/me", "expenses": "expenses", "budgets": "budgets", "notifier": "alerts", "assistant": "assistant"}
    sent = {"Authorization": "Bearer outlay_pat_good", "X-Gateway-Key": "made up"}
    heard = {name: call(app, "GET", path, headers=sent).json()["headers"] for name, path in paths.items()}
    for name, headers in heard.items():
        token = headers["authorization"].removeprefix("Bearer ")
        assert jwt.decode(token, options={"verify_signature": False})["aud"] == name
    proofs = {name: headers.get("x-gateway-key") for name, headers in heard.items()}
    assert proofs == {**dict.fromkeys(paths), "auth": GATEWAY_KEY}


def test_the_senders_word_on_its_address_is_not_taken(app) -> None:
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
def test_a_changing_request_on_a_cookie_must_come_from_our_own_pages(app, said) -> None:
    answer = call(app, "POST", "expenses", headers={"Cookie": "__Host-session=good", **said})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/foreign-site")


@pytest.mark.parametrize("said", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://outlay.test"}])
def test_our_own_pages_may_change_things(app, said) -> None:
    assert call(app, "POST", "expenses", headers={"Cookie": "__Host-session=good", **said}).status_code == 200


def test_signing_in_from_a_foreign_page_is_refused_and_from_a_script_is_not(app) -> None:
    assert call(app, "POST", "session", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert call(app, "POST", "session").status_code == 200


def test_a_script_with_a_token_needs_no_origin() -> None:
    own = Addresses("https://outlay.test")
    refuse_foreign_site("POST", {"sec-fetch-site": "cross-site"}, Credential("outlay_pat_x", from_cookie=False), own)
    with pytest.raises(ForeignSiteError):
        refuse_foreign_site("DELETE", {"sec-fetch-site": "cross-site"}, Credential("x", from_cookie=True), own)


def test_over_https_only_the_strict_cookie_is_taken() -> None:
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=True) == Credential("a", from_cookie=True)
    assert credential_of({"cookie": "session=b"}, secure=True) is None
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=False) == Credential("b", from_cookie=True)


@pytest.mark.parametrize(
    "others", ["another app=1 2", "a b", 'x="un;closed', 'k[]={"a": 1}', "=", "theme", "ü=ä"], ids=lambda text: text.encode().hex()
)
def test_a_cookie_of_another_application_signs_nobody_out(others: str) -> None:
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
def test_a_host_is_the_address_in_peoples_browsers(url: str) -> None:
    own, (right, wrong) = Addresses(url), HOSTS[url]
    for host in right:
        own.check_host(host)
    for host in (*wrong, *STRANGE):
        with pytest.raises(WrongHostError):
            own.check_host(host)


def test_in_development_this_machine_has_its_names_too() -> None:
    own = Addresses("https://outlay.test", development=True)
    own.check_host("localhost:5173")
    assert own.is_own("http://localhost:5173", "localhost:5173")
    assert not own.is_own("http://localhost:3000", "localhost:5173")
    with pytest.raises(WrongHostError):
        own.check_host("evil.test:8000")


@pytest.mark.parametrize("path", ["expenses", "dev/mails", "openapi.json", "nothing"])
def test_a_rebound_name_is_answered_nothing(app, path: str) -> None:
    answer = call(app, "GET", path, base="https://evil.test/api/v1")
    assert (answer.status_code, answer.json()["type"]) == (421, "/problems/wrong-host")
    assert call(app, "GET", "", base="https://evil.test").status_code == 421


def test_a_probe_by_address_is_still_answered(app) -> None:
    assert call(app, "GET", "livez", base="http://10.1.2.3:8000").status_code == 200


def test_the_merged_document_and_the_development_mails_are_served(app) -> None:
    document = call(app, "GET", "openapi.json").json()
    assert {"/expenses", "/budgets", "/alerts", "/session", "/events"} <= set(document["paths"])
    assert call(app, "GET", "dev/mails/../../etc").status_code == 404


def test_development_mails_are_shown_to_their_recipient_alone(app) -> None:
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
        await pages.answer(path, Headers(headers), theme)(scope, receive, send)

    return call(app, "GET", path, base="http://outlay.test")


def test_the_page_is_served_for_every_path_of_its_router_in_the_chosen_theme(pages) -> None:
    assert 'data-theme="dark"' in answered(pages, "/budgets", "dark").text
    assert 'data-theme="auto"' in answered(pages, "/", '"><script>').text
    assert answered(pages, "/").headers["cache-control"] == "no-cache"


def test_assets_are_served_small_and_for_ever(pages) -> None:
    answer = answered(pages, "/assets/app-1a2b.js", **{"accept-encoding": "gzip, br"})
    assert (answer.headers["content-encoding"], answer.headers["cache-control"]) == ("br", "public, max-age=31536000, immutable")
    assert answered(pages, "/assets/app-1a2b.js").text == "plain"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/../secret.txt", "/favicon.ico", "/assets/../index.html.bak"])
def test_what_was_not_built_is_not_there(pages, path) -> None:
    assert answered(pages, path).status_code == 404


def test_two_services_cannot_claim_the_same_paths() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {}}}, "b": {"paths": {"/x/{id}": {}}}})


@pytest.mark.parametrize("path", ["hooks/sendgrid", "unsubscribe/x"])
def test_what_may_come_from_anywhere_passes_without_any_credential(app, path) -> None:
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site", "Cookie": "session=good"}
    for headers in (elsewhere, {"Authorization": "Bearer outlay_pat_unknown"}):
        answer = call(app, "POST", path, headers=headers)
        assert (answer.status_code, answer.json()["service"]) == (200, "notifier")
        assert not {"authorization", "cookie"} & set(answer.json()["headers"])


def test_nothing_else_may_come_from_anywhere() -> None:
    routes = routes_of({name: load_spec(name) for name in SERVICES})
    assert {part for part, route in routes.items() if route.from_anywhere} == {"hooks", "unsubscribe"}


def test_a_service_cannot_open_a_part_of_a_path() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {"get": {"x-from-anywhere": True}}, "/x/{id}": {"get": {}}}}})


def test_each_user_sees_their_own_events_and_no_internals() -> None:
    async def watch() -> list[str | None]:
        hub = Hub()
        mine, other = hub.open("u1"), hub.open("u2")
        hub.tell("budget.exceeded", {"user_id": "u1", "budget_name": "Köffee"})
        hub.tell("expense.recorded", {"user_id": "u1", "changes": [1, 2, 3]})
        hub.tell("user.changed", {"user_id": "u1", "email": "sealed"})
        return [await mine.take(1), await mine.take(1), await mine.take(0.05), await other.take(0.05)]

    assert asyncio.run(watch()) == [
        'event: budget.exceeded\ndata: {"budget_name": "Köffee"}\n\n',
        'event: expense.recorded\ndata: {"changes": 3}\n\n',
        ": still here\n\n",
        ": still here\n\n",
    ]


def test_asking_whether_there_are_events_does_not_wait_for_them(app) -> None:
    answer = call(app, "HEAD", "events", headers={"Authorization": "Bearer outlay_pat_good"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert call(app, "HEAD", "events").status_code == 401


def test_a_token_that_may_only_write_hears_no_events(app) -> None:
    for method in ("GET", "HEAD"):
        assert call(app, method, "events", headers={"Authorization": "Bearer outlay_pat_writer"}).status_code == 403


def test_a_stream_that_falls_behind_is_told_to_read_again() -> None:
    async def watch() -> list[str | None]:
        hub = Hub()
        stream = hub.open("u1")
        for number in range(502):
            hub.tell("alert.raised", {"user_id": "u1", "n": number})
        await asyncio.sleep(0.05)
        return [await stream.take(1), await stream.take(1)]

    assert asyncio.run(watch()) == ["event: refresh\ndata: {}\n\n", 'event: alert.raised\ndata: {"n": 501}\n\n']


def test_there_is_an_end_to_streams_and_a_limit() -> None:
    async def watch() -> None:
        hub = Hub()
        streams = [hub.open("u1") for _ in range(20)]
        with pytest.raises(TooManyStreamsError):
            hub.open("u1")
        hub.leave("u1", streams.pop())
        hub.open("u1")
        hub.close()
        assert await streams[0].take(1) is None

    asyncio.run(watch())
