"""The budgets service over a real SQLite file, with a clock that tests move and a bus that is a plain call."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from budgets.app import build
from budgets.settings import BudgetsSettings
from chassis.messaging.delivery import Delivery, Message, Settled
from chassis.messaging.events import Event
from chassis.process.service import Service
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from support.asgi import call
from testing.servers.stores import a_migrated

MARIA = Caller(uuid7(), uuid7(), "session", frozenset({"read", "write"}), "USD", "America/New_York", "en-US")
GROCERIES, COFFEE = "0190f1d2-5001-7aaa-8bbb-0c0d0e0f1011", "0190f1d2-5002-7aaa-8bbb-0c0d0e0f1012"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def an_expense(amount: str = "10.00", day: str = "2015-01-24", category: str | None = GROCERIES, **changes: Any) -> dict[str, Any]:
    """The state of an expense, as events have it."""
    money = usd(amount)
    state = {"kind": "expense", "amount": money, "home_amount": money, "category_id": category, "spent_on": day, "payee": "Onion"}
    return {**state, **changes}


def a_change(after: dict[str, Any] | None, *, expense_id: str = "", version: int = 1) -> dict[str, Any]:
    """A change as events have it; `before` is left out on purpose, since nothing may rely on it."""
    return {"expense_id": expense_id or uuid7(), "version": version, "before": None, "after": after}


@dataclass
class World:
    """The service and what tests do to it."""

    service: Service
    now: list[datetime]
    metrics: Metrics
    caller: Caller = MARIA
    woken: list[int] = field(default_factory=list)
    _keys: Iterator[int] = field(default_factory=itertools.count)

    def call(self, method: str, path: str, *, caller: Caller | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer " + (caller or self.caller).user_id, **options.pop("headers", {})}
        self.callers[(caller or self.caller).user_id] = caller or self.caller
        return call(self.service.web, method, path, headers=headers, **options)

    callers: dict[str, Caller] = field(default_factory=dict)

    def at(self, moment: str) -> None:
        """Set the clock."""
        self.now[0] = datetime.fromisoformat(moment)

    def create(self, **body: Any) -> dict[str, Any]:
        answer = self.call("POST", "budgets", json={"name": "Groceries", "amount": usd("200.00"), **body})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def change(self, budget: dict[str, Any], **body: Any) -> dict[str, Any]:
        headers = {"If-Match": f'"{budget["version"]}"'}
        answer = self.call("PATCH", f"budgets/{budget['id']}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def remove(self, budget: dict[str, Any]) -> None:
        headers = {"If-Match": f'"{budget["version"]}"'}
        answer = self.call("DELETE", f"budgets/{budget['id']}", headers=headers)
        assert answer.status_code == 204, answer.text

    def get(self, budget: dict[str, Any]) -> dict[str, Any]:
        answer = self.call("GET", f"budgets/{budget['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def periods(self, budget: dict[str, Any]) -> list[dict[str, Any]]:
        """The whole history, newest first, in pages of seven."""
        found, cursor = [], ""
        while cursor is not None:
            query = {"limit": 7, **({"cursor": cursor} if cursor else {})}
            answer = self.call("GET", f"budgets/{budget['id']}/periods", params=query)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
        return found

    def post(self, *changes: dict[str, Any], kind: str = "expense.recorded", user_id: str = "") -> Event:
        """Let an event with these changes arrive, and return it."""
        data = {"user_id": user_id or self.caller.user_id, "import_id": None, "changes": list(changes)}
        return self.deliver(Event(uuid7(), "/outlay/expenses", kind, data["user_id"], "2015-01-24T18:00:00Z", data))

    def spend(self, amount: str, day: str = "2015-01-24", category: str | None = GROCERIES, **changes: Any) -> str:
        """Record one expense; return its id."""
        change = a_change(an_expense(amount, day, category, **changes))
        self.post(change)
        return str(change["expense_id"])

    def user(self, kind: str, **changes: Any) -> Event:
        """Let an event about the caller arrive."""
        data = {"user_id": self.caller.user_id}
        if kind != "user.deleted":
            data |= {
                "email": "v1.k.x",
                "email_verified": True,
                "name": "Maria",
                "home_currency": "USD",
                "locale": "en-US",
                "time_zone": self.caller.time_zone,
                "version": 1,
            }
        return self.deliver(Event(uuid7(), "/outlay/auth", kind, data["user_id"], "2015-01-24T18:00:00Z", {**data, **changes}))

    def deliver(self, event: Event) -> Event:
        checked = Event.from_json(event.to_json())
        [queue] = [queue for queue in self.service.queues if event.type in queue.types]
        queue.handler(checked)
        return event

    def deliver_together(self, events: Sequence[Event], *, at_once: int = 100) -> list[Settled]:
        """Let events of one queue arrive, so many at once; return what became of each."""
        [queue] = [queue for queue in self.service.queues if events[0].type in queue.types]
        delivery = Delivery(queue, most_attempts=5, metrics=self.metrics)
        messages = [Message(event.to_json(), 1) for event in events]
        portions = [messages[start : start + at_once] for start in range(0, len(messages), at_once)]
        return [settled for portion in portions for settled in delivery.attempt_all(portion, stopping=lambda: False)]

    def published(self, *kinds: str) -> list[Event]:
        """Take all events out of the outbox, each checked against its schema; return those of some kinds, or all."""
        found: list[Event] = []
        while events := self.service.outbox.claim(1000):
            self.service.outbox.mark_sent([event.id for event in events])
            found += [Event.from_json(event.to_json()) for event in events]
        return [event for event in found if not kinds or event.type in kinds]

    def crossings(self) -> list[tuple[str, int, str]]:
        """What was published about crossings since the last look: (type, threshold, start of the period)."""
        kinds = ("budget.near", "budget.exceeded", "budget.recovered")
        return [(event.type, event.data["threshold"], event.data["period"]["from"]) for event in self.published(*kinds)]


def make_world(path: Path, *, moment: str = "2015-01-24T18:00:00Z", category_wait: float = 0) -> World:
    now, woken, metrics = [datetime.fromisoformat(moment)], [], Metrics()
    callers: dict[str, Caller] = {}
    service = build(
        BudgetsSettings(database=a_migrated("budgets", path)),
        verify=lambda token: callers[token].claims(),
        encryptor=Encryptor(bytes(32)),
        metrics=metrics,
        clock=lambda: now[0].astimezone(UTC),
        ids=uuid7,
        wake=lambda: woken.append(1),
        relay_owner="test",
        validate_responses=True,
        quiet=True,
        category_wait=category_wait,
    )
    service.migrate()
    return World(service, now, metrics, woken=woken, callers=callers)
