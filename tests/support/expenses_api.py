"""An expenses service on a store of its own, and a way to call it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from chassis.messaging.events import Event
from chassis.process.service import Service
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from expenses.app import build
from expenses.rates.ecb import EcbRates
from expenses.settings import ExpensesSettings
from testing.fakes.callers import a_caller
from testing.servers.stores import a_migrated

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class WallClock:
    """Stands still, unless a test lets time pass."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return NOW + self._ahead

    def later(self, **ahead: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(**ahead)


@dataclass
class Api:
    """Calls the service as one user."""

    service: Service
    caller: Caller = field(default_factory=a_caller)
    headers: dict[str, str] = field(default_factory=dict)
    clock: WallClock = field(default_factory=WallClock)

    def __call__(
        self, method: str, path: str, *, version: int | None = None, key: str | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": "Bearer t", **self.headers}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        callers[id(self.service)] = self.caller
        return asyncio.run(self._send(method, "/api/v1" + path, headers, more))

    async def _send(self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.service.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers=headers, **more)

    def with_header(self, name: str, value: str) -> Api:
        return replace(self, headers={name: value})

    def as_(self, caller: Caller) -> Api:
        return replace(self, caller=caller)

    def events(self) -> list[Event]:
        """Take all events from the outbox, each checked against its schema."""
        taken = []
        while waiting := self.service.outbox.claim(100):
            taken += [Event.from_json(event.to_json()) for event in waiting]
            self.service.outbox.mark_sent([event.id for event in waiting])
        return taken

    def upload(
        self,
        content: bytes | str,
        *,
        mapping: dict[str, Any] | None = None,
        to: str = "/imports",
        remembered: str | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send a file."""
        content = content.encode() if isinstance(content, str) else content
        form = {} if mapping is None else {"mapping": json.dumps(mapping)}
        if remembered is not None:
            form["remembered"] = remembered
        return self("POST", to, files={"file": ("bank.csv", content, "text/csv")}, data=form, **more)

    def tell(self, kind: str, **data: Any) -> None:
        """Deliver an event to the service."""
        body = {"user_id": self.caller.user_id, **data}
        event = Event(str(uuid.uuid4()), "/outlay/auth", kind, self.caller.user_id, "2026-11-22T10:00:00Z", body)
        self.service.queues[0].handler(event)


RATES = EcbRates()
"""Loaded once; it holds no state but the history."""

callers: dict[int, Caller] = {}


def make_service(folder: Path, clock: Callable[[], datetime] = lambda: NOW, **told: str) -> Service:
    """Build the service on a new store."""
    made: list[Service] = []

    def verify(_token: str) -> dict[str, Any]:
        return callers[id(made[0])].claims()

    settings = ExpensesSettings(
        **{"database": a_migrated("expenses", folder / "expenses.db"), "receipts": f"file:{folder}/receipts", **told}
    )
    made.append(
        build(
            settings, verify=verify, encryptor=Encryptor(b"k" * 32), clock=clock, validate_responses=True, quiet=True, rates=RATES
        )
    )
    made[0].migrate()
    return made[0]
