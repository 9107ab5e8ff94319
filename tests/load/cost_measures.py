"""The cost of each operation in each process, from which docs/operate/capacity.md is computed."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from load.broker_measures import apart, handled, settled
from load.instruments import cpu_seconds, expense, headers_of, load, resident_mb
from load.table import Table
from testing.clients.client import PASSWORD, Person
from testing.servers.fleet import Fleet

OPERATIONS = ("look", "expense", "sign-in", "alert", "idle second")
_EXPENSES, _LOOKS, _SIGN_INS, _ALERTS = 600, 150, 40, 60
_IDLE_SECONDS = 20
_SINCE = "2024-01-01"


def operation_costs(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """CPU of each process for one look at the dashboard, one expense, one sign-in, one alert; and what is left in the stores."""
    with apart(folder) as (fleet, broker, mails):
        person = Person(fleet.url).verify(mails)
        person.budget("1000000.00")
        pids = {f"{member.service} {member.role}": member.process.pid for member in fleet.members.values() if member.process}
        pids["broker"] = broker.pid

        def measured(operation: str, count: int, act: Callable[[], object]) -> None:
            act()  # the first time warms up
            settled(fleet)
            before = {name: cpu_seconds(pid) for name, pid in pids.items()}
            act()
            settled(fleet)
            for name, pid in pids.items():
                table.add(f"CPU of one {operation}: {name}", (cpu_seconds(pid) - before[name]) * 1000 / count, "ms")

        stored, events = _bytes(fleet), handled(fleet)
        measured("expense", _EXPENSES, lambda: _spend(fleet, person))
        grown = _bytes(fleet)
        for name in ("expenses", "budgets"):
            table.add(f"stored for one expense: {name}", (grown[name] - stored[name]) / 1024 / (2 * _EXPENSES), "KB")
        table.add("events handled for one expense", (handled(fleet) - events) / (2 * _EXPENSES), "")
        measured("look", _LOOKS, lambda: _look(person, _LOOKS))
        other = Person(fleet.url)  # so many sessions end the oldest
        measured("sign-in", _SIGN_INS, lambda: _sign_in(fleet, other, _SIGN_INS))
        measured("alert", _ALERTS, lambda: _exceed(person, _ALERTS))
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(_IDLE_SECONDS)
        for name, pid in pids.items():
            table.add(f"CPU of one idle second: {name}", (cpu_seconds(pid) - before[name]) * 1000 / _IDLE_SECONDS, "ms")
            if name != "broker":
                table.add(f"resident memory: {name}", resident_mb(pid), "MB")
        print(f"{len(mails.journalled())} mails", file=sys.stderr)


def _bytes(fleet: Fleet) -> dict[str, int]:
    """Return what is used of the databases, whether it is still in a write-ahead log or not."""
    return {name: _used(fleet.folder / f"{name}.db") for name in ("expenses", "budgets")}


def _used(path: Path) -> int:
    with closing(sqlite3.connect(path, timeout=10)) as store:
        pages, free, size = (
            store.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def _spend(fleet: Fleet, person: Person) -> None:
    bodies: list[bytes | None] = [expense(number) for number in range(_EXPENSES)]
    load(fleet.url, "POST", "/api/v1/expenses", headers_of(person), bodies, connections=4)


def _look(person: Person, count: int) -> None:
    for _ in range(count):
        person.read("expenses", limit=50)
        person.read("summary", **{"from": _SINCE, "to": "2024-12-31", "by": "category"})
        person.read("budgets")
        person.read("alerts")


def _sign_in(fleet: Fleet, person: Person, count: int) -> None:
    for _ in range(count):
        body = {"email": person.email, "password": PASSWORD}
        answer = httpx.post(f"{fleet.url}/api/v1/session", json=body, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
        assert answer.status_code == 201, answer.text


def _exceed(person: Person, count: int) -> None:
    """Set budgets that are too small for what was spent since: each tells at the next expense of its category."""
    for number in range(count):
        category = person.made("categories", name=f"Category {time.time_ns()}")["id"]
        person.budget("10.00", name=f"Budget {number}", category_ids=[category])
        person.spend("11.00", category_id=category)


ALL = {"operation-costs": operation_costs}
