"""Clocks, a floor to compare with, requests and rows for measurements."""

from __future__ import annotations

import csv
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from load import floor
from testing.clients.client import Person
from testing.servers.ports import free_ports
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_TICKS = os.sysconf("SC_CLK_TCK")


_DAYS = 365 * 3


_CATEGORIES = 20


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process with its children that live."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / _TICKS + sum(cpu_seconds(int(child)) for child in children)


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def answers(url: str) -> bool:
    """Say whether somebody gives this page already."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def bare_flask(folder: Path) -> Iterator[tuple[str, int]]:
    """Run the floor; give its address and process id."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_ports(1)[0]
    process = subprocess.Popen([sys.executable, str(Path(floor.__file__)), str(folder), str(port)])
    url = f"http://127.0.0.1:{port}"

    eventually(lambda: answers(f"{url}/summary?from=a&to=b"), seconds=20)
    try:
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def load(url: str, method: str, path: str, headers: dict[str, str], bodies: list[bytes | None], *, connections: int) -> list[float]:
    """Send requests over some connections; return the time of each in milliseconds."""
    times: list[float] = []
    parts = urlsplit(url)

    def work(mine: list[bytes | None]) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        for body in mine:
            started = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 300, answer.status
            times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=work, args=(bodies[n::connections],)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def headers_of(person: Person) -> dict[str, str]:
    """Return the headers of a signed-in browser."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    return {"Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}


def expense(number: int) -> bytes:
    """Return the body of a new expense."""
    day = date(2024, 1, 1) + timedelta(days=number % 300)
    body = {
        "amount": {"amount": f"{number % 90 + 1}.{number % 100:02d}", "currency": "EUR"},
        "spent_on": day.isoformat(),
        "payee": f"Payee {number % 50}",
    }
    return json.dumps(body).encode()


def rows_of(count: int, seed: int = 1) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (day, payee, category, amount, currency) over three years, oldest first."""
    chance = random.Random(seed)
    first = date.today() - timedelta(days=_DAYS - 1)
    for number in range(count):
        day = first + timedelta(days=number * _DAYS // count)
        yield (
            day.isoformat(),
            f"Payee {chance.randrange(200)}",
            f"Category {chance.randrange(_CATEGORIES)}",
            f"-{chance.randrange(1, 9999)}.{number % 100:02d}",
            "EUR",
        )


def csv_file(path: Path, count: int) -> Path:
    """Write a file to import."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Date", "Payee", "Category", "Amount", "Currency"])
        writer.writerows(rows_of(count))
    return path


def timed(action: Callable[[], Any], times: int = 40) -> float:
    """Return the median time of an action in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
