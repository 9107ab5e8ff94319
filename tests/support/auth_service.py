"""Auth over one store, with a clock for what people see and one for what expires."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from auth.app import AuthService, build
from auth.credentials.password_hashing import Argon2Hashing
from auth.settings import AuthSettings
from auth.store.blind_index import BlindIndex
from auth.store.document import Document
from auth.store.unit_of_work import DocumentStore
from chassis.messaging.events import Event, event_maker
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor
from chassis.security.gateway_keys import HEADER
from chassis.storage.database import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from auth.store.ports import Documents

MARIA = {"email": "Maria@Example.org", "password": "violet umbrella kitchen", "name": "Maria"}
DAY = 86_400.0


class Breaking:
    """A store that becomes unavailable after some writes."""

    def __init__(self, store: Documents) -> None:
        """Wrap a store."""
        self.writes_left = 1_000_000
        self._store = store

    def save(self, document: Document) -> Document:
        """Save, or be unavailable."""
        self._count()
        return self._store.save(document)

    def delete(self, document: Document) -> None:
        """Delete, or be unavailable."""
        self._count()
        self._store.delete(document)

    def _count(self) -> None:
        if self.writes_left == 0:
            raise StoreUnavailableError
        self.writes_left -= 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


GATEWAY_KEY = "g" * 32
"""With which tests authenticate as a gateway."""


@dataclass
class MachineTime:
    """The machine's time, which tests can advance."""

    ahead: float = 0.0
    stopped_at: float | None = None
    """The time at which a test stopped the clock, so that it moves by `ahead` alone, however slow the machine is."""

    def __call__(self) -> float:
        return (time.time() if self.stopped_at is None else self.stopped_at) + self.ahead


@dataclass
class Auth:
    """Auth and what tests need of it."""

    made: AuthService
    encryptor: Encryptor
    now: MachineTime
    path: Path
    documents: Any
    wake_up: threading.Event
    """Set when there are events to publish."""
    rows: Callable[[], Iterable[tuple[str, str]]]
    """(kind, user id) of every document."""

    def kinds_of(self, user_id: str) -> list[str]:
        """Return the kinds of a user's documents."""
        return sorted(kind for kind, owner in self.rows() if owner == user_id)

    def call(
        self, method: str, path: str, *, secret: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request as the gateway would: with a service token in place of the secret."""
        given = dict(headers or {})
        if secret:
            given["Authorization"] = f"Bearer {self.made.exchange(secret)[0]['auth']}"
        return self.send(method, path, headers=given, **more)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request through a gateway that adds no token."""
        return self.send_at_once((method, path, more))[0]

    def send_at_once(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Send several requests at the same time."""

        async def go() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.made.service.web, raise_app_exceptions=False)
            sender = {HEADER: GATEWAY_KEY}
            async with httpx.AsyncClient(transport=transport, base_url="http://auth/api/v1", headers=sender) as client:
                return await asyncio.gather(*(client.request(method, path, **more) for method, path, more in requests))

        return asyncio.run(go())

    def sign_up(self, **changes: Any) -> str:
        """Sign up; return the session's secret."""
        answer = self.send("POST", "/users", json={**MARIA, **changes})
        assert answer.status_code == 201, answer.text
        return secret_in(answer)

    def sign_in(self, email: str = MARIA["email"], password: str = MARIA["password"]) -> httpx.Response:
        """Sign in."""
        return self.send("POST", "/session", json={"email": email, "password": password})

    def blind_index(self, text: str) -> str:
        """Return the blind index of a text."""
        return BlindIndex(self.document_store(), self.encryptor).of(text)

    def document_store(self) -> DocumentStore:
        """Return a store for units of work on auth's documents."""
        return DocumentStore(self.documents, make_event=event_maker("auth", lambda: datetime.now(UTC), uuid7), now=self.now)

    def exchange_status(self, secret: str) -> int:
        """Exchange a secret for service tokens as the gateway does; return the status of the response."""
        return self.send("POST", "/internal/tokens", json={"secret": secret}).status_code

    def create_token(self, secret: str, **changes: Any) -> dict[str, Any]:
        """Create an access token."""
        body = {"name": " backup ", "scopes": ["read"], "current_password": MARIA["password"], **changes}
        answer = self.call("POST", "/users/me/tokens", secret=secret, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def request_reset(self, email: str = "maria@example.org") -> httpx.Response:
        """Ask for an email to set a new password."""
        return self.send("POST", "/password-resets", json={"email": email})

    def sign_up_with_everything(self) -> tuple[str, str, str]:
        """Sign up with an access token and a link to reset the password; return the secrets of session and token, and the id."""
        secret = self.sign_up()
        token = self.create_token(secret)["token"]
        self.request_reset()
        user_id = self.call("GET", "/users/me", secret=secret).json()["id"]
        assert self.kinds_of(user_id) == ["email", "user"]
        self.events()
        return secret, token, user_id

    def events(self) -> list[Event]:
        """Take all events from the outbox, each checked against its schema."""
        found = self.made.service.outbox.claim(1000)
        self.made.service.outbox.mark_sent([event.id for event in found])
        return [Event.from_json(event.to_json()) for event in found]

    def decrypted_token(self, event: Event) -> str:
        """Return the secret of the link in an event."""
        return self.encryptor.decrypt(event.data["token"], f"token:{event.data['user_id']}")

    def decrypted_address(self, event: Event) -> str:
        """Return the address in an event."""
        return self.encryptor.decrypt(event.data["email"], f"email:{event.data['user_id']}")

    def emailed_token(self, kind: str) -> str:
        """Return the token of the newest email of a kind."""
        events = [event for event in self.events() if event.type == kind]
        return self.decrypted_token(events[-1])


@contextmanager
def auths(
    documents: Callable[[Callable[[], None]], Any], rows: Callable[[], Iterable[tuple[str, str]]], path: Path
) -> Iterator[Callable[..., Auth]]:
    """Yield a function that puts auth together with some settings, each time over the same store.

    `documents` opens the store, given what to call when there are events to publish. The first argument of the function may wrap
    the store. All are closed in the end.
    """
    made: list[Auth] = []

    def make(store: Callable[[Any], Any] = lambda documents: documents, **settings: Any) -> Auth:
        wake_up = threading.Event()
        made.append(auth_over(store(documents(wake_up.set)), rows, path, wake_up, **settings))
        return made[-1]

    try:
        yield make
    finally:
        for auth in made:
            auth.made.service.close()


def secret_in(answer: httpx.Response) -> str:
    """Return the session's secret in a Set-Cookie header."""
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name in {"session", "__Host-session"}
    return rest.partition(";")[0]


def auth_over(
    documents: Any,
    rows: Callable[[], Iterable[tuple[str, str]]],
    path: Path,
    wake_up: threading.Event,
    *,
    factor: int = 1000,
    secure: bool = True,
    hashing: Argon2Hashing | None = None,
) -> Auth:
    """Put auth together over a store, migrated."""
    now, encryptor = MachineTime(), Encryptor(bytes(32))
    made = build(
        AuthSettings(store=f"sqlite:///{path}", rate_limit_factor=factor, cookie_secure=secure),
        encryptor=encryptor,
        metrics=Metrics(),
        clock=lambda: datetime(2015, 1, 24, 18, tzinfo=UTC),
        ids=uuid7,
        wake=lambda: None,
        now=now,
        documents=documents,
        hashing=hashing or Argon2Hashing(memory_kib=64, passes=1),
        gateway_keys=(GATEWAY_KEY,),
        validate_responses=True,
        quiet=True,
    )
    made.service.migrate()
    return Auth(made, encryptor, now, path, documents, wake_up, rows)
