"""The same services as processes of their own, behind a gateway that reaches them over HTTP."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from support.client import Person, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = ("auth", "expenses", "budgets", "notifier")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """Five processes on loopback; gives the gateway's address and the processes."""
    folder = tmp_path_factory.mktemp("apart")
    ports = {name: free_port() for name in (*SERVICES, "gateway")}
    environ = {
        **os.environ,
        "PYTHONWARNINGS": "ignore",
        "OUTLAY_DATA_KEY": secrets.token_hex(32),
        "AUTH_STORE": f"sqlite:///{folder}/auth.db",
        "AUTH_COOKIE_SECURE": "false",
        "AUTH_RATE_LIMIT_FACTOR": "1000",
        "NOTIFIER_MAIL": f"file:{folder}/mail",
        **{f"{name.upper()}_DB": f"sqlite:///{folder}/{name}.db" for name in SERVICES[1:]},
        **{f"{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}" for name in SERVICES},
    }
    running = {}
    for name in (*SERVICES, "gateway"):
        mine = {**environ, "OUTLAY_PORT": str(ports[name])}
        if name != "gateway":
            subprocess.run([sys.executable, "-m", name, "migrate"], env=mine, check=True)
        with (folder / f"{name}.log").open("wb") as log:
            running[name] = subprocess.Popen([sys.executable, "-m", name, "serve"], env=mine, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{ports['gateway']}"

    def up() -> bool:
        try:
            return httpx.get(f"{url}/livez").status_code == 200
        except httpx.TransportError:
            return False

    eventually(up, seconds=60)
    yield url, running
    for process in running.values():
        process.terminate()
    assert {name: process.wait(15) for name, process in running.items()} == dict.fromkeys(running, 0)


def test_a_person_signs_up_and_uses_every_service_over_http(apart) -> None:
    url, _running = apart
    person = Person(url)
    category = person.made("categories", name="Food")
    person.spend("5.00", category_id=category["id"])
    budget = person.budget("10.00")
    assert person.read("expenses")["items"][0]["amount"]["amount"] == "5.00"
    assert person.read(f"budgets/{budget['id']}")["current"]["state"] == "ok"
    assert person.read("alerts")["items"] == []
    rows = "".join(f"2026-01-01,Shop {n},-{n}.00\n" for n in range(1, 2000))
    answer = person.post("imports", files={"file": ("a.csv", "Date,Payee,Amount\n" + rows, "text/csv")})
    assert answer.json()["imported"] == 1999
    assert len(person.get("exports/expenses.csv").text.splitlines()) == 2001
    assert {"/expenses", "/budgets"} <= set(httpx.get(f"{url}/api/v1/openapi.json").json()["paths"])


def test_nobody_gets_in_by_the_back_door(apart) -> None:
    url, _running = apart
    assert httpx.get(f"{url}/api/v1/expenses").status_code == 401
    assert httpx.get(f"{url}/api/v1/internal/jwks").status_code == 404


def test_a_service_that_is_away_is_a_problem_and_the_others_go_on(apart) -> None:
    url, running = apart
    person = Person(url)
    running["notifier"].terminate()
    running["notifier"].wait(15)
    answer = person.get("alerts")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert person.get("expenses").status_code == 200


@pytest.mark.parametrize("service", ["auth", "expenses", "budgets", "notifier", "gateway"])
def test_a_process_without_settings_lists_all_that_is_missing(service: str, tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not re.match("OUTLAY|AUTH|EXPENSES|BUDGETS|NOTIFIER", name)}
    done = subprocess.run([sys.executable, "-m", service, "serve"], env=bare, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "_URL" in done.stderr if service == "gateway" else "OUTLAY_DATA_KEY" in done.stderr
