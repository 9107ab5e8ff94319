"""Auth in this process, on a database behind a door, and somebody who is signed in."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from auth.app import AuthService, build
from auth.credentials.password_hashing import Argon2Hashing
from auth.settings import AuthSettings
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import read_settings
from chassis.security.encryption import Encryptor
from chassis.security.gateway_keys import HEADER
from support.asgi import call

if TYPE_CHECKING:
    from collections.abc import Iterator

MARIA = {"email": "maria@example.org", "password": "violet umbrella kitchen", "name": "Maria"}

ENCRYPTOR = Encryptor(bytes(32))


GATEWAY_KEY = "g" * 32


class Auth:
    """Auth on one database."""

    def __init__(self, store: str) -> None:
        self.woken: list[int] = []
        self.made: AuthService = build(
            read_settings(AuthSettings, {"AUTH_STORE": store, "AUTH_RATE_LIMIT_FACTOR": "1000"}),
            encryptor=ENCRYPTOR,
            metrics=Metrics(),
            clock=lambda: datetime(2015, 1, 24, 18, tzinfo=UTC),
            ids=uuid7,
            wake=lambda: self.woken.append(1),
            hashing=Argon2Hashing(memory_kib=64, passes=1),
            gateway_keys=(GATEWAY_KEY,),
            validate_responses=True,
            quiet=True,
        )

    def call(self, method: str, path: str, *, token: str = "", **more: Any) -> httpx.Response:
        headers = {HEADER: GATEWAY_KEY, **more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
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
        return str(answer.json()["tokens"]["auth"])

    def mailed(self, kind: str) -> str:
        """Relay all events; return the token of the newest mail of a kind, if it has one."""
        events = self.made.service.outbox.claim(100)
        self.made.service.outbox.mark_sent([event.id for event in events])
        return next(decrypted_token(event) if "token" in event.data else "" for event in events[::-1] if event.type == kind)

    def ready(self) -> int:
        return call(self.made.service.web, "GET", "/readyz", base="http://auth").status_code


def secret_in(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def decrypted_token(event: Event) -> str:
    """Return the secret of the link in an event."""
    return ENCRYPTOR.decrypt(event.data["token"], f"token:{event.data['user_id']}")


class Person:
    """Somebody who is signed in, with a service token as the gateway would have it."""

    def __init__(self, auth: Auth, secret: str, **changes: str) -> None:
        self.auth, self.secret, self.bearer = auth, secret, auth.token(secret)
        self.credentials = {name: value for name, value in {**MARIA, **changes}.items() if name != "name"}

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self.auth.call(method, path, token=self.bearer, **more)
        assert answer.status_code < 300, answer.text
        return answer


@contextmanager
def auth_on(store: str) -> Iterator[Auth]:
    auth = Auth(store)
    try:
        yield auth
    finally:
        auth.made.service.close()
