"""Auth as a service over a real server of CouchDB's API: what it does, what that costs, and what it does while the server is away."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from auth.adapters.hashing import Argon2Hashing
from auth.app import AuthService, build
from auth.settings import AuthSettings
from chassis.ids import uuid7
from chassis.metrics import Metrics
from chassis.settings import read_settings
from chassis.vault import Vault
from support.asgi import call
from support.couch import Couch
from support.couch_door import Door, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

README = Path(__file__).parents[2] / "services/auth/README.md"
MARIA = {"email": "maria@example.org", "password": "correct horse battery", "name": "Maria"}


class Auth:
    """Auth on one database."""

    def __init__(self, store: str) -> None:
        self.woken: list[int] = []
        self.made: AuthService = build(
            read_settings(AuthSettings, {"AUTH_STORE": store, "AUTH_RATE_LIMIT_FACTOR": "1000"}),
            vault=Vault(bytes(32)),
            metrics=Metrics(),
            clock=lambda: datetime(2015, 1, 24, 18, tzinfo=UTC),
            ids=uuid7,
            wake=lambda: self.woken.append(1),
            hashing=Argon2Hashing(memory_kib=64, passes=1),
            validate_responses=True,
            quiet=True,
        )

    def call(self, method: str, path: str, *, token: str = "", **more: Any) -> httpx.Response:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return call(self.made.service.web, method, path, base="http://auth/api/v1", headers=headers, **more)

    def at_once(self, *requests: tuple[str, str, dict[str, Any]]) -> list[int]:
        async def go() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.made.service.web, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://auth/api/v1") as client:
                return await asyncio.gather(*(client.request(method, path, **more) for method, path, more in requests))

        return sorted(answer.status_code for answer in asyncio.run(go()))

    def sign_up(self, **changes: str) -> str:
        """Sign up; return the session's secret."""
        return secret_in(self.call("POST", "/users", json={**MARIA, **changes}))

    def token(self, secret: str) -> str:
        """Ask for a service token as the gateway does."""
        answer = self.call("POST", "/internal/tokens", json={"secret": secret})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def ready(self) -> int:
        return call(self.made.service.web, "GET", "/readyz", base="http://auth").status_code


def secret_in(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


@contextmanager
def auth_on(store: str) -> Iterator[Auth]:
    auth = Auth(store)
    try:
        yield auth
    finally:
        auth.made.service.close()


@pytest.fixture
def door(couch: str) -> Iterator[Door]:
    with opened(couch) as door:
        yield door


@pytest.fixture
def auth(door: Door) -> Iterator[Auth]:
    with auth_on(door.address(f"test-{secrets.token_hex(8)}")) as auth:
        auth.made.service.migrate()
        assert auth.ready() == 200
        door.counted()
        yield auth


def test_a_person_signs_up_and_in_is_recognised_and_told_of(auth: Auth) -> None:
    auth.sign_up()
    assert auth.woken == [1]
    secret = secret_in(auth.call("POST", "/session", json={"email": MARIA["email"], "password": MARIA["password"]}))
    token = auth.token(secret)
    assert auth.call("GET", "/users/me", token=token).json()["name"] == "Maria"
    assert len(auth.call("GET", "/users/me/sessions", token=token).json()["items"]) == 2
    outbox = auth.made.service.outbox
    events = outbox.claim(10)
    assert [event.type for event in events] == ["user.registered", "user.verification_requested"]
    assert outbox.oldest_seconds() < 60
    outbox.mark_sent([event.id for event in events])
    assert outbox.claim(10) == []
    assert auth.call("DELETE", "/session", token=token).status_code == 204
    assert auth.call("POST", "/internal/tokens", json={"secret": secret}).status_code == 401


def test_whoever_leaves_is_gone(auth: Auth) -> None:
    secret = auth.sign_up()
    headers = {"X-Current-Password": "correct%20horse%20battery"}
    assert auth.call("DELETE", "/users/me", token=auth.token(secret), headers=headers).status_code == 204
    assert auth.call("POST", "/internal/tokens", json={"secret": secret}).status_code == 401
    outbox = auth.made.service.outbox
    events = outbox.claim(10)
    assert events[-1].type == "user.deleted"
    outbox.mark_sent([event.id for event in events])
    auth.made.service.tidy()
    assert auth.sign_up()


def test_of_two_who_do_the_same_at_a_time_one_succeeds(auth: Auth) -> None:
    given = {"json": MARIA}
    assert auth.at_once(("POST", "/users", given), ("POST", "/users", given)) == [201, 409]
    token = auth.token(secret_in(auth.call("POST", "/session", json={"email": MARIA["email"], "password": MARIA["password"]})))
    headers = {"Authorization": f"Bearer {token}", "If-Match": auth.call("GET", "/users/me", token=token).headers["ETag"]}
    changes = [("PATCH", "/users/me", {"headers": headers, "json": {"name": name}}) for name in ("Mary", "Marie", "Mariechen")]
    assert auth.at_once(*changes) == [200, 412, 412]


def test_each_operation_costs_what_the_readme_says(auth: Auth, door: Door) -> None:
    measured: dict[str, dict[str, int]] = {}

    def costs(what: str, act: Callable[[], Any]) -> Any:
        door.counted()
        result = act()
        measured[what] = door.counted()
        return result

    auth.call("GET", "/users/me", token=auth.token(auth.sign_up(email="a@example.org")))  # from here on the signing keys are known
    auth.made.service.outbox.mark_sent([event.id for event in auth.made.service.outbox.claim(10)])
    costs("sign up", auth.sign_up)
    signing_in = {"email": MARIA["email"], "password": MARIA["password"]}
    secret = secret_in(costs("sign in", lambda: auth.call("POST", "/session", json=signing_in)))
    token = costs("token exchange", lambda: auth.token(secret))
    costs("read oneself", lambda: auth.call("GET", "/users/me", token=token))
    costs("read one's session", lambda: auth.call("GET", "/session", token=token))
    events = costs("relay: lease a document's events", lambda: auth.made.service.outbox.claim(10))
    costs("relay: forget them", lambda: auth.made.service.outbox.mark_sent([event.id for event in events]))
    costs("relay: look and find nothing", lambda: auth.made.service.outbox.claim(10))
    costs("sign out", lambda: auth.call("DELETE", "/session", token=token))
    assert measured == table_of_costs()


def table_of_costs() -> dict[str, dict[str, int]]:
    """Return the table in the README: operation -> what it costs, without zeros."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|$", README.read_text("utf-8"), flags=re.MULTILINE)
    kinds = ("read", "write", "query")
    return {
        name.strip(): {kind: int(number) for kind, number in sorted(zip(kinds, numbers, strict=True)) if number != "0"}
        for name, *numbers in rows
    }


def test_while_the_server_is_away_everybody_is_told_when_to_come_back_and_it_goes_on_by_itself(tmp_path: Path) -> None:
    server = Couch(tmp_path / "couch")
    try:
        with auth_on(f"cloudant://127.0.0.1:{server.port}/outlay") as auth:
            assert auth.ready() == 503
            server.start()
            auth.made.service.migrate()
            assert auth.ready() == 200
            secret = auth.sign_up()
            token = auth.token(secret)
            server.kill()
            began = time.monotonic()
            for answer in (
                auth.call("GET", "/users/me", token=token),
                auth.call("POST", "/users", json={**MARIA, "email": "somebody@example.org"}),
            ):
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                assert answer.headers["Content-Type"] == "application/problem+json"
            assert time.monotonic() - began < 8
            assert auth.ready() == 503
            server.start()
            assert auth.ready() == 200
            assert auth.call("GET", "/users/me", token=token).status_code == 200
            assert [event.type for event in auth.made.service.outbox.claim(10)] == [
                "user.registered",
                "user.verification_requested",
            ]
            assert auth.sign_up(email="somebody@example.org")
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("password", "migrated", "said"),
    [
        ("right", True, "ok     store .* its documents are of version 1"),
        ("right", False, "there is no database .*; run `python -m auth migrate`"),
        ("wr0ng-one", True, "refuses the user .*: check"),
    ],
)
def test_a_store_can_be_tried_and_what_is_wrong_with_it_is_said(password: str, migrated: bool, said: str, door: Door) -> None:
    store = door.address(f"test-{secrets.token_hex(8)}", user=door.user)
    if migrated:
        with auth_on(store.replace(f"{door.user}@", "")) as auth:
            auth.made.service.migrate()
    door.way_in = "basic"
    given = {"AUTH_STORE": store, "AUTH_STORE_PASSWORD": password.replace("right", door.password), "OUTLAY_DATA_KEY": "00" * 32}
    command = [sys.executable, "-m", "auth", "check"]
    ran = subprocess.run(
        command, env={**os.environ, **given, "PYTHONWARNINGS": "ignore"}, check=False, capture_output=True, text=True
    )
    assert ran.returncode == (0 if password == "right" and migrated else 1)
    assert re.search(said, ran.stdout + ran.stderr)
    assert given["AUTH_STORE_PASSWORD"] not in ran.stdout + ran.stderr
