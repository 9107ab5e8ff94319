"""A deleted account is erased everywhere within a minute: this searches every store for traces of it."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa

from chassis.runtime.ids import uuid7
from support.household_file import settled
from testing.clients.client import PASSWORD, Person
from testing.fakes import pictures
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.objectstore import ObjectStore
    from testing.servers.mariadb import MariaDb

WORDS = (
    "Zdenkavavrin",
    "Quittenladen",
    "Pflaumenmus",
    "Kirschkern",
    "Holundertopf",
    "Mirabellenkonto",
    "Schlehenzettel",
    "Ebereschen",
)
"""What the person wrote: name, payee, note, description, category, budget, file name, token. No two stores keep them alike."""
SEALED = re.compile(rb"v[0-9]+\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]{24,}")
TOMBSTONES = {"auth document", "expenses departed", "budgets ledger", "notifier departed"}
"""All that is kept of somebody who left: the bare id, so that what comes late brings nothing back. docs/operate/erasure.md says for how long."""

Everything = Callable[[], dict[str, bytes]]
"""Return all that is kept, by where it is."""


@dataclass(frozen=True)
class Place:
    """A running Outlay, and a search through all its stores."""

    process: OutlayProcess
    everything: Everything
    receipts: Callable[[str], list[str]]
    """Return what is kept of somebody's receipts."""


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file of a data folder byte by byte: stores with their free pages and logs, queues, mails, receipts, keys."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            try:
                found[str(path.relative_to(folder))] = path.read_bytes()
            except FileNotFoundError:
                continue  # it went while we looked
    return found


def live(process: OutlayProcess) -> Person:
    """Leave a trace wherever one can be left."""
    person = Person(process.url, name=WORDS[0], email=f"{WORDS[0].lower()}@obstgarten.example").verify(process)
    person.headers["User-Agent"] = f"{WORDS[7]}/1.0"
    person.post("session", json={"email": f"{WORDS[0].lower()}@obstgarten.example", "password": PASSWORD})
    category = person.made("categories", name=WORDS[4])["id"]
    person.budget("20.00", name=WORDS[5], category_ids=[category])
    body = {
        "amount": {"amount": "21.00", "currency": "EUR"},
        "spent_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "payee": WORDS[1],
        "note": f"{WORDS[2]} " * 20,
        "description": WORDS[3],
        "category_id": category,
        "tags": [WORDS[3]],
    }
    made = person.post("expenses", json=body, headers={"Idempotency-Key": f"{WORDS[7]}-1"})
    assert made.status_code == 201, made.text
    for name, content in ((f"{WORDS[6]}.jpg", pictures.a_jpeg(3)), (f"{WORDS[6]}.pdf", pictures.a_pdf())):
        answer = person.post(f"expenses/{made.json()['id']}/receipts", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
    rows = "".join(
        f"2026-01-{day:02},{amount}.50,{WORDS[1]} {amount},{WORDS[2]}\n" for day in range(1, 29) for amount in range(1, 9)
    )
    answer = person.post("imports", files={"file": (f"{WORDS[6]}.csv", f"date,amount,payee,note\n{rows}".encode(), "text/csv")})
    assert answer.status_code == 201, answer.text
    change = person.read("expenses", limit=1)["items"][0]
    person.change("expenses", change, note=f"{WORDS[2]} {WORDS[3]}")
    person.access_token(name=WORDS[7], scopes=["read"])
    person.post("password-resets", json={"email": person.user["email"]})
    eventually(lambda: settled(process) and process.mails("budget_exceeded") and process.mails("password_reset"))
    return person


def kill_a_letter(process: OutlayProcess, person: Person) -> None:
    """Leave a dead letter, and a message that is retried in half an hour."""
    text = json.dumps({"id": uuid7(), "type": "expense.recorded", "data": {"user_id": person.user["id"], "payee": WORDS[1]}})
    with sqlite3.connect(process.data / "bus.db", timeout=10) as bus:
        for queue, died, due in (("budgets.spending", "2026-11-22T10:00:00Z", 0), ("notifier.alerts", None, time.time() + 1800)):
            bus.execute(
                "INSERT INTO message (queue, event_id, type, body, due_at, died_at) VALUES (?, ?, 'expense.recorded', ?, ?, ?)",
                (queue, uuid7(), text, due, died),
            )
    bus.close()


def traces(place: Place, person: Person, sealed: set[bytes]) -> list[str]:
    """Return where something identifies the person: in clear, in other encodings, or in one of these encrypted values."""
    wanted = [*WORDS, *(word.lower() for word in WORDS), person.user["id"], person.user["id"].replace("-", "")]
    spelled = {
        spelling: text for text in wanted for spelling in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
    }
    spelled |= dict.fromkeys(sealed, "something sealed")
    return [
        f"{where}: {text}" for where, content in place.everything().items() for found, text in spelled.items() if found in content
    ]


def sealed_in(place: Place) -> set[bytes]:
    """Return every encrypted value: addresses, links, keys."""
    return {found for content in place.everything().values() for found in SEALED.findall(content)}


def is_a_tombstone(trace: str, person: Person) -> bool:
    """Return whether it is the bare id in the note of the deletion, in the file with that note, or in the audit log."""
    where, _colon, text = trace.partition(": ")
    return text == person.user["id"] and where in {"log", *TOMBSTONES, *(f"{name.split()[0]}.db" for name in TOMBSTONES)}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Place]:
    """A home: one process, one folder."""
    with OutlayProcess(tmp_path / "data") as process:

        def everything() -> dict[str, bytes]:
            rows = rows_of({name: f"sqlite:///{process.data}/{name}.db" for name in ("auth", "expenses", "budgets", "notifier")})
            return {**files_in(process.data), **rows, "log": process.log.read_bytes()}

        def receipts(user_id: str) -> list[str]:
            return [str(path) for path in (process.data / "receipts" / user_id).glob("*")]

        yield Place(process, everything, receipts)


@pytest.fixture
def suite(couch: str, mariadb: MariaDb, object_store: ObjectStore, tmp_path: Path) -> Iterator[Place]:
    """Cloudant's API, MariaDB and an object store."""
    bucket, database = object_store.settings(), f"erasure-{secrets.token_hex(6)}"
    tables = {name: mariadb.fresh(f"erasure_{name}") for name in ("expenses", "budgets", "notifier")}
    environ = {
        "AUTH_STORE": f"{couch.replace('http', 'cloudant', 1)}/{database}",
        "RECEIPTS": bucket.receipts,
        "COS_ACCESS_KEY": bucket.cos_access_key,
        "COS_SECRET_KEY": bucket.cos_secret_key,
        **{f"{name.upper()}_DB": url for name, url in tables.items()},
    }
    name = bucket.receipts.removeprefix("cos://").partition("?")[0]

    def objects() -> dict[str, bytes]:
        client, found = object_store.client(), {}
        for one in client.list_objects_v2(Bucket=name).get("Contents", []):
            with suppress(client.exceptions.NoSuchKey):  # it is being erased
                found[one["Key"]] = client.get_object(Bucket=name, Key=one["Key"])["Body"].read()
        return found

    with OutlayProcess(tmp_path / "data", **environ) as process:

        def everything() -> dict[str, bytes]:
            documents = httpx.get(f"{couch}/{database}/_all_docs", params={"include_docs": "true"}, timeout=60).content
            files = {f"object {key}": key.encode() + content for key, content in objects().items()}
            kept = {**files_in(process.data), **rows_of(tables), **files}
            return {**kept, "auth document": documents, "log": process.log.read_bytes()}

        yield Place(process, everything, lambda user_id: [key for key in objects() if key.startswith(user_id)])


def rows_of(stores: dict[str, str]) -> dict[str, bytes]:
    """Return the rows of all tables of some databases."""
    return {f"{service} {table}": text for service, url in stores.items() for table, text in _rows(url)}


def _rows(url: str) -> Iterator[tuple[str, bytes]]:
    arguments = {"ssl_disabled": True} if url.startswith("mysql") else {}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows: list[Any] = list(connection.exec_driver_sql(f"SELECT * FROM {table}").mappings())
            yield table, json.dumps([dict(row) for row in rows], default=str, ensure_ascii=False).encode()


@pytest.mark.parametrize("where", ["home", "suite"])
def test_of_a_deleted_account_only_the_bare_id_remains(where: str, request: pytest.FixtureRequest) -> None:
    place: Place = request.getfixturevalue(where)
    process = place.process
    stranger = Person(process.url, name="Otto")
    stranger.spend("3.00", payee="Bakery")
    eventually(lambda: settled(process) and process.mails("verify_email"))
    others = sealed_in(place)
    person = live(process)
    kill_a_letter(process, person)
    sealed = sealed_in(place) - others
    before = traces(place, person, sealed)
    assert {trace.partition(": ")[2] for trace in before} >= {*WORDS[:7], "something sealed"}, (
        "or this would find nothing in anything"
    )
    assert len(place.receipts(person.user["id"])) == 4, "a photo and a document, each with its thumbnail"

    began = time.monotonic()
    assert person.delete("users/me", headers={"X-Current-Password": quote(PASSWORD)}).status_code == 204
    while (left := _besides_tombstones(place, person, sealed)) and time.monotonic() - began < 60:
        time.sleep(0.5)
    assert left == []
    kept = {where for where in (trace.partition(": ")[0] for trace in traces(place, person, sealed)) if ".db" not in where}
    assert (kept - {"log"}) | {"auth document"} == TOMBSTONES, "the list is complete; auth's goes with a tidying"
    assert place.receipts(person.user["id"]) == []
    assert person.get("users/me").status_code == 401
    assert [item["payee"] for item in stranger.read("expenses")["items"]] == ["Bakery"]


def _besides_tombstones(place: Place, person: Person, sealed: set[bytes]) -> list[str]:
    return [trace for trace in traces(place, person, sealed) if not is_a_tombstone(trace, person)]
