"""The measurements."""

from __future__ import annotations

import csv
import os
import statistics
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from load import floor
from load.instruments import bare_flask, cpu_seconds, csv_file, expense, headers_of, load, resident_mb, rows_of, timed
from support.household_file import settled
from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from load.table import Table


@dataclass
class Rounds:
    """Figures of one side, a round each."""

    answered: list[float] = field(default_factory=list)
    everything: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)


def _round(kept: Rounds, pid: int, send: Callable[[], list[float]], settle: Callable[[], object]) -> None:
    before, started = cpu_seconds(pid), time.perf_counter()
    times = send()
    kept.rate.append(len(times) / (time.perf_counter() - started))
    kept.answered.append((cpu_seconds(pid) - before) * 1000 / len(times))
    settle()
    kept.everything.append((cpu_seconds(pid) - before) * 1000 / len(times))
    kept.times += times


def add_expense(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """CPU of one expense: through the gateway into expenses, on to budgets, until all events are handled.

    Floor and Outlay take turns, since the speed of a shared machine changes by the minute; the ratio is the median of the rounds.
    """
    count, connections, rounds = 600, 8, 7
    plain = {"Content-Type": "application/json"}
    bodies: list[bytes | None] = [expense(n) for n in range(count)]
    ours, bare = Rounds(), Rounds()
    with bare_flask(folder / "floor") as (url, pid), OutlayProcess(folder / "data") as process:
        person = Person(process.url)
        person.budget("1000000.00")
        headers = headers_of(person)

        def settle() -> None:
            eventually(lambda: settled(process), seconds=60)

        for number in range(rounds + 1):
            kept = (ours, bare) if number else (Rounds(), Rounds())  # the first warms up
            _round(kept[1], pid, lambda: load(url, "POST", "/expenses", plain, bodies, connections=connections), lambda: None)
            _round(
                kept[0],
                process.pid,
                lambda: load(process.url, "POST", "/api/v1/expenses", headers, bodies, connections=connections),
                settle,
            )
    table.add_rounds("add-expense, CPU until all events are handled", ours.everything, "ms", bare.everything, aim="6 x")
    table.add_rounds("  of which until answered", ours.answered, "ms", bare.answered)
    table.add("  p50 over 8 connections", statistics.median(ours.times), "ms", floor=statistics.median(bare.times))
    table.add("  a second over 8 connections", statistics.median(ours.rate), "/s", floor=statistics.median(bare.rate))


def list_expenses(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """CPU of one list of 50 of 10,000 expenses, in turns with its floor."""
    count, rounds, size = 600, 7, 10_000
    ours, bare = Rounds(), Rounds()
    _fill_floor(folder / "floor", size)
    with bare_flask(folder / "floor") as (url, pid), OutlayProcess(folder / "data") as process:
        person = Person(process.url)
        _import(person, folder, size)
        eventually(lambda: settled(process), seconds=60)
        headers, nothing, path = headers_of(person), [None] * count, "/api/v1/expenses?limit=50"
        for number in range(rounds + 1):
            kept = (ours, bare) if number else (Rounds(), Rounds())  # the first warms up
            _round(kept[1], pid, lambda: load(url, "GET", "/expenses", {}, nothing, connections=1), lambda: None)
            _round(kept[0], process.pid, lambda: load(process.url, "GET", path, headers, nothing, connections=1), lambda: None)
    table.add_rounds(f"list of 50 at {size:,} expenses, CPU", ours.answered, "ms", bare.answered, aim="3 x")


def reading(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """List and month summary by number of expenses, each user with that many; the floor reads a plain table of that size."""
    first: dict[str, float] = {}
    with OutlayProcess(folder / "data") as process:
        people = {}
        for size in sizes:
            people[size] = person = Person(process.url)
            _import(person, folder, size)
        eventually(lambda: settled(process), seconds=900)
        start = date.today().replace(day=1) - timedelta(days=90)
        month = {"from": start.replace(day=1).isoformat(), "to": start.replace(day=28).isoformat()}
        for size in sizes:
            person = people[size]
            floors = _floor_reads(folder / f"floor-{size}", size, month)
            questions: dict[str, Callable[[], Any]] = {
                "list of 50": lambda person=person: person.read("expenses", limit=50),
                "month summary": lambda person=person: person.read("summary", by="category", **month),
            }
            for name, question in questions.items():
                question()
                took = timed(question)
                first.setdefault(name, took)
                growth = f"{took / first[name]:.2f} x the time at {sizes[0]:,} (aim 2 x)"
                table.add(f"{name} at {size:,} expenses", took, "ms", floor=floors[name], aim=growth)


def _import(person: Person, folder: Path, size: int) -> None:
    person.timeout = httpx.Timeout(900)
    with csv_file(folder / f"{size}.csv", size).open("rb") as file:
        answer = person.post("imports", files={"file": ("bank.csv", file, "text/csv")})
    assert answer.status_code == 201, answer.text
    assert answer.json()["imported"] == size, answer.text


def _fill_floor(folder: Path, size: int) -> None:
    folder.mkdir(parents=True)
    connection = floor.connect(folder / "floor.db")
    connection.executescript(floor.SCHEMA)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO expense (user_id, spent_on, payee, category, amount, currency) VALUES ('u', ?, ?, ?, ?, ?)",
        (
            (day, payee, category, int(amount.replace(".", "")), currency)
            for day, payee, category, amount, currency in rows_of(size)
        ),
    )
    connection.execute("COMMIT")
    connection.close()


def _floor_reads(folder: Path, size: int, month: dict[str, str]) -> dict[str, float]:
    _fill_floor(folder, size)
    with bare_flask(folder) as (url, _pid), httpx.Client(base_url=url) as client:
        client.get("/expenses")
        return {
            "list of 50": timed(lambda: client.get("/expenses")),
            "month summary": timed(lambda: client.get("/summary", params=month)),
        }


def importing(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """Import of 100,000 CSV rows beside the csv module and executemany."""
    count = 100_000
    path = csv_file(folder / "bank.csv", count)
    connection = floor.connect(folder / "floor.db")
    connection.executescript(floor.SCHEMA)
    started = time.perf_counter()
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO expense (user_id, spent_on, payee, category, amount, currency) VALUES ('u', ?, ?, ?, ?, ?)",
            ((day, payee, category, int(amount.replace(".", "")), currency) for day, payee, category, amount, currency in rows),
        )
        connection.execute("COMMIT")
    bare = time.perf_counter() - started
    with OutlayProcess(folder / "data") as process:
        person = Person(process.url)
        person.timeout = httpx.Timeout(300)
        person.budget("100.00")
        started = time.perf_counter()
        with path.open("rb") as file:
            answer = person.post("imports", files={"file": ("bank.csv", file, "text/csv")})
        took = time.perf_counter() - started
        assert answer.json()["imported"] == count, answer.text
        eventually(lambda: settled(process), seconds=300)
        everything = time.perf_counter() - started
        memory = resident_mb(process.pid)
    table.add("import of 100,000 rows, until answered", took, "s", floor=bare, aim="4 x")
    table.add("  until budgets have them too", everything, "s", floor=bare)
    table.add("  resident memory afterwards", memory, "MB")


def alert_latency(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """From the 201 of the expense that tips a budget to its mail on disk; the floor writes a row and a file before it answers."""
    count = 100
    with bare_flask(folder / "floor") as (url, _pid):
        body = expense(1)
        floor_times = load(url, "POST", "/mails", {"Content-Type": "application/json"}, [body] * count, connections=1)
    times = []
    with OutlayProcess(folder / "data") as process:
        person = Person(process.url).verify(process)
        mail = process.data / "mail"
        for number in range(count):
            category = person.made("categories", name=f"Category {number}")["id"]
            person.budget("10.00", name=f"Budget {number}", category_ids=[category])
            eventually(lambda: settled(process))
            before = len(os.listdir(mail)) if mail.exists() else 0
            person.spend("11.00", category_id=category)
            started = time.perf_counter()
            while (len(os.listdir(mail)) if mail.exists() else 0) <= before:
                time.sleep(0.0005)
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    floor_times.sort()
    table.add("alert: 201 to mail on disk, p50", times[count // 2], "ms", floor=floor_times[count // 2])
    table.add("  p99", times[int(count * 0.99) - 1], "ms", floor=floor_times[int(count * 0.99) - 1])


def idling(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """Memory and CPU with nothing to do, and the time to start again."""
    with OutlayProcess(folder / "data") as process:
        person = Person(process.url)
        person.spend("1.00")
        eventually(lambda: settled(process))
        process.stop()
        started = time.perf_counter()
        process.start()
        table.add("second start until ready", time.perf_counter() - started, "s", aim="3 s")
        person.read("expenses")
        time.sleep(3)
        before = cpu_seconds(process.pid)
        time.sleep(20)
        table.add("idle CPU", (cpu_seconds(process.pid) - before) / 20 * 100, "%", aim="1 %")
        table.add("resident memory, idle", resident_mb(process.pid), "MB", aim="200 MB")


ALL: dict[str, Callable[..., None]] = {
    "add-expense": add_expense,
    "list-expenses": list_expenses,
    "reading": reading,
    "importing": importing,
    "alert-latency": alert_latency,
    "idling": idling,
}
