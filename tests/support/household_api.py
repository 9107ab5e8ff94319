"""The household of the questions in the real suite, in this process, on the day on which they are asked."""

from __future__ import annotations

import csv
import io
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from assistant.person import Person
from assistant.tools.client import PublicApi, new_client
from assistant.tools.toolbox import Toolbox
from conversations.ledger import load
from expenses.imports.readers.outlay_csv import EXPORT_TITLES, escape_formulas
from money import Money
from support.asgi import led_to
from support.suite import built_suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outlay.suite import Suite

TODAY = date(2017, 10, 15)
NOON = "2017-10-15T16:00:00+00:00"
"""In New York, where it is summer time."""
_URL = "http://outlay.test"
PASSWORD = "a long enough passphrase"
_STORES = ("expenses", "budgets", "notifier", "bus")
_WAITING = {"expenses": "outbox", "budgets": "outbox", "notifier": "outbox", "bus": "message"}
"""Tables in which events wait."""


class Household:
    """A suite with the household's entries and budgets, in which others may sign up."""

    def __init__(self, suite: Suite, folder: Path, person: Person, credential: str) -> None:
        """Use a suite that is started and filled."""
        self.suite, self.person, self.credential = suite, person, credential
        self._folder, self._client = folder, new_client(_URL, led_to(suite.web))
        for name in _STORES:
            _copy(folder / f"{name}.db", folder / f"{name}.fresh")

    def toolbox(self, **person: Any) -> Toolbox:
        """Return the household's tools for one message; `person` changes who they are for."""
        return Toolbox(self.api(), replace(self.person, **person))

    def api(self, credential: str = "") -> PublicApi:
        """Return the public API for the household, or for another credential."""
        return PublicApi(self._client, credential or self.credential)

    def newcomer(self, **account: str) -> Toolbox:
        """Sign up another person, without entries; return their tools."""
        person, credential = signed_up(self.suite, "newcomer", **account)
        return Toolbox(self.api(credential), person)

    @contextmanager
    def converting(self) -> Iterator[None]:
        """Pretend that everybody's expenses are being converted to another home currency."""
        job = (
            "INSERT INTO import_job (owner, import_id, state, categories, alive_until_ms) "
            "SELECT number, user_id, 'converting', '[]', ? FROM person"
        )
        with closing(_open(self._folder / "expenses.db")) as store:
            with store:
                store.execute(job, [time.time_ns()])
            yield
            with store:
                store.execute("DELETE FROM import_job")

    def settle(self) -> None:
        """Wait until all services have handled all events."""
        settle(self._folder)

    def reset(self) -> None:
        """Undo all changes since the start."""
        self.settle()
        for name in _STORES:
            _copy(self._folder / f"{name}.fresh", self._folder / f"{name}.db")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@contextmanager
def running_household(locale: str = "en-US", **environ: str) -> Iterator[Household]:
    """Start the suite with the household in it; it is gone at the end. `environ` has more settings."""
    with tempfile.TemporaryDirectory() as name, built_suite(Path(name), OUTLAY_CLOCK=NOON, **environ) as suite:
        suite.start()
        made = None
        try:
            person, credential = signed_up(suite, "household", locale=locale)
            _fill(suite, credential)
            settle(Path(name))
            made = Household(suite, Path(name), person, credential)
            yield made
        finally:
            if made:
                made.close()
            suite.stop()


@contextmanager
def sign_up(suite: Suite, name: str, **account: str) -> Iterator[httpx.Client]:
    """Make an account in New York that counts in dollars; its session is the client's."""
    body = {
        "email": f"{name}.{time.time_ns()}@outlay.example",
        "password": PASSWORD,
        "name": name.title(),
        "home_currency": "USD",
        "time_zone": "America/New_York",
        "locale": "en-US",
        **account,
    }
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(transport=led_to(suite.web), base_url=f"{_URL}/api/v1", headers=headers) as client:
        client.post("/users", json=body).raise_for_status()
        yield client


def signed_up(suite: Suite, name: str, **account: str) -> tuple[Person, str]:
    """Sign somebody up; return the person and an access token."""
    with sign_up(suite, name, **account) as client:
        user = client.get("/users/me").raise_for_status().json()
        wanted = {"name": "assistant", "scopes": ["read", "write"], "current_password": PASSWORD}
        made = client.post("/users/me/tokens", json=wanted).raise_for_status().json()
    person = Person(user["id"], "", user["locale"], user["home_currency"], user["time_zone"], TODAY, may_write=True)
    return person, made["token"]


def _fill(suite: Suite, credential: str) -> None:
    """Import the ledger in its order, and set its budgets."""
    headers = {"Authorization": f"Bearer {credential}"}
    with httpx.Client(transport=led_to(suite.web), base_url=f"{_URL}/api/v1", headers=headers) as client, closing(load()) as ledger:
        done = client.post("/imports", files={"file": ("ledger.csv", _as_export(ledger), "text/csv")}).raise_for_status().json()
        assert (done["failed"], done["duplicates"], done["imported"]) == (0, 0, done["rows"]), done
        ids = {entry["name"]: entry["id"] for entry in client.get("/categories").json()["items"]}
        for category, period, limit in ledger.execute("SELECT category, period, limit_cents FROM budget ORDER BY rowid"):
            amount = Money(limit, "USD").to_wire()
            name = category.rpartition(" / ")[2]
            budget = {"name": name, "category_ids": [ids[category]], "amount": amount, "period": period}
            client.post("/budgets", json=budget).raise_for_status()


def _as_export(ledger: sqlite3.Connection) -> bytes:
    """Write the ledger as Outlay exports it, which comes back without a change: home amounts are given, not converted."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(EXPORT_TITLES)
    rows = ledger.execute(
        "SELECT spent_on, payee, description, category, amount, currency, note, tags, kind, home_cents FROM expense ORDER BY id"
    )
    for day, payee, description, category, amount, currency, note, tags, kind, cents in rows:
        texts = [escape_formulas(payee), escape_formulas(description), escape_formulas(category)]
        sign = "-" if kind == "expense" else ""
        writer.writerow([day, *texts, sign + amount, currency, escape_formulas(note), tags, kind, Money(cents, "USD").text, "USD"])
    return written.getvalue().encode()


def settle(folder: Path, seconds: float = 60) -> None:
    """Wait until no event is waiting."""
    deadline = time.monotonic() + seconds
    # Twice, since an event can lead to another one that is looked for already.
    while _waiting(folder) or _waiting(folder):
        assert time.monotonic() < deadline, f"still on their way after {seconds} seconds: {_waiting(folder)}"
        time.sleep(0.01)


def _waiting(folder: Path) -> dict[str, int]:
    found = {}
    for name, table in _WAITING.items():
        with closing(_open(folder / f"{name}.db")) as store:
            (count,) = store.execute(f"SELECT count(*) FROM {table}").fetchone()
        if count:
            found[name] = count
    return found


def _copy(source: Path, target: Path) -> None:
    """Copy a store that others may have open, and into one that they have open, in one transaction."""
    with closing(_open(source)) as whole, closing(_open(target)) as place:
        whole.backup(place)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30)
