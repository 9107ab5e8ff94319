"""An expenses service on a store of its own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from chassis.events import Event
from chassis.service import Service
from chassis.tokens import Caller
from chassis.vault import Vault
from expenses.app import build
from expenses.settings import ExpensesSettings

MARIA = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
OTTO = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e12"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def a_caller(user_id: str = MARIA, *, currency: str = "EUR", locale: str = "en-GB", scopes: str = "read write") -> Caller:
    return Caller(user_id, "s", "session", frozenset(scopes.split()), currency, "Europe/Berlin", locale)


@dataclass
class Api:
    """Calls the service as one user."""

    service: Service
    caller: Caller = field(default_factory=a_caller)

    async def __call__(
        self, method: str, path: str, *, version: int | None = None, key: str | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": "Bearer t"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        callers[id(self.service)] = self.caller
        transport = httpx.ASGITransport(self.service.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, "/api/v1" + path, headers=headers, **more)

    def as_(self, caller: Caller) -> Api:
        return Api(self.service, caller)

    def events(self) -> list[Event]:
        """Take what waits in the outbox, checked against the contracts."""
        taken = []
        while waiting := self.service.outbox.claim(100):
            taken += [Event.from_json(event.to_json()) for event in waiting]
            self.service.outbox.mark_sent([event.id for event in waiting])
        return taken

    def tell(self, kind: str, **data: Any) -> None:
        """Let the service hear an event."""
        body = {"user_id": self.caller.user_id, **data}
        event = Event(str(uuid.uuid4()), "/outlay/auth", kind, self.caller.user_id, "2026-11-22T10:00:00Z", body)
        self.service.queues[0].handler(event)


callers: dict[int, Caller] = {}


@pytest.fixture
def service(tmp_path):
    made: list[Service] = []

    def verify(_token: str) -> dict[str, Any]:
        return callers[id(made[0])].claims()

    settings = ExpensesSettings(database=f"sqlite:///{tmp_path}/expenses.db")
    made.append(build(settings, verify=verify, vault=Vault(b"k" * 32), clock=lambda: NOW, validate_responses=True, quiet=True))
    made[0].migrate()
    yield made[0]
    made[0].close()


@pytest.fixture
def api(service):
    return Api(service)
