"""The home process on bound services: MariaDB, RabbitMQ, CouchDB's API and an object store, all unreachable at the start."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from support.objectstore import ObjectStore, shared_object_store
from testing.clients.client import PASSWORD, Person
from testing.fakes import bound, pictures
from testing.servers.couch import shared_couch
from testing.servers.couch_door import Door, opened
from testing.servers.process import OutlayProcess
from testing.servers.proxy import Board, Mode, Proxy
from testing.servers.sharing import folder_of_the_run
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.broker import Broker
    from testing.servers.mariadb import MariaDb

DATABASES = ("expenses", "budgets", "notifier")


@dataclass
class Home:
    """The process, and a proxy in front of each of its servers."""

    process: OutlayProcess
    ways: dict[str, Proxy]
    files: ObjectStore
    bucket: str
    told: dict[str, str]
    mariadb: MariaDb
    names: dict[str, str] = field(default_factory=dict)

    def ready(self) -> tuple[int, dict[str, str]]:
        answer = httpx.get(f"{self.process.management}/readyz", timeout=30)
        return answer.status_code, answer.json()["checks"]

    def check(self) -> dict[str, tuple[bool, str]]:
        """Return what `outlay check` finds."""
        ran = subprocess.run(
            [sys.executable, "-m", "outlay", "check", "--json"],
            env={**os.environ, **self.told},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        found = {one["name"]: (one["ok"], one["sentence"]) for one in json.loads(ran.stdout)["checks"]}
        assert ran.returncode == (0 if all(ok for ok, _sentence in found.values()) else 1)
        return found

    def objects(self) -> list[str]:
        return [one["Key"] for one in self.files.client().list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def rows(self, service: str, query: str) -> Any:
        return self.mariadb.execute(query, database=self.names[service])[0][0]


@pytest.fixture(scope="module")
def home(mariadb: MariaDb, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Started while no bound service answers."""
    run, folder = folder_of_the_run(tmp_path_factory), tmp_path_factory.mktemp("bound")
    with (
        shared_couch(run / "couch") as couch,
        shared_object_store(run / "objects") as files,
        opened(couch) as door,
        Board() as board,
    ):
        door.way_in = "basic"
        ports = {"rows": mariadb.port, "events": broker.port, "accounts": door.port, "files": files.port}
        ways = {name: board.proxy([("127.0.0.1", port)]) for name, port in ports.items()}
        urls = {name: mariadb.fresh(f"bound_{name}") for name in DATABASES}
        names = {name: url.rpartition("/")[2] for name, url in urls.items()}
        bucket = files.settings().receipts.partition("?")[0].removeprefix("cos://")
        told = {
            "VCAP_SERVICES": _services(ways, urls, door, files, broker.add_vhost(secrets.token_hex(6)), bucket),
            "OUTLAY_BINDINGS": ",".join(f"rows/{names[name]}={name.upper()}_DB" for name in DATABASES),
            "OUTLAY_DATA": str(folder / "data"),
            "OUTLAY_ENV": "development",
        }
        for way in ways.values():
            way.set(Mode.REFUSE)
        with OutlayProcess(folder / "data", **told) as process:
            yield Home(process, ways, files, bucket, told, mariadb, names)


def _services(ways: dict[str, Proxy], urls: dict[str, str], door: Door, files: ObjectStore, vhost: str, bucket: str) -> str:
    rows, events = urlsplit(urls["expenses"]), urlsplit(vhost)
    return bound.vcap(
        {
            **bound.mysql(),
            "credentials": {
                "hostname": "127.0.0.1",
                "port": ways["rows"].port,
                "username": rows.username,
                "password": rows.password,
                "name": "x",
            },
        },
        {
            **bound.rabbitmq(),
            "credentials": {"uri": f"amqp://{events.username}:{events.password}@127.0.0.1:{ways['events'].port}{events.path}"},
        },
        {
            **bound.cloudant(),
            "credentials": {
                "url": f"http://{door.user}:{door.password}@127.0.0.1:{ways['accounts'].port}",
                "database": f"b{secrets.token_hex(6)}",
            },
        },
        bound.object_storage(
            apikey="",
            bucket=bucket,
            endpoint=f"http://127.0.0.1:{ways['files'].port}",
            cos_hmac_keys={"access_key_id": files.access_key, "secret_access_key": files.secret_key},
        ),
        bound.provided("secrets", OUTLAY_DATA_KEY=secrets.token_hex(32)),
    )


def test_without_its_stores_it_starts_says_so_and_comes_up_by_itself(home: Home) -> None:
    status, checks = home.ready()
    assert status == 503
    assert {checks[name] for name in ("auth", "expenses", "budgets", "notifier")} == {"failing"}
    body = {
        "email": "early@outlay.example",
        "password": PASSWORD,
        "name": "Early",
        "home_currency": "EUR",
        "time_zone": "UTC",
        "locale": "en-GB",
    }
    answer = httpx.post(f"{home.process.url}/api/v1/users", json=body, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) >= 1
    found = home.check()
    assert found["data folder"][0]
    for name in ("auth: store", "expenses: store", "budgets: store", "notifier: store", "expenses: receipts", "broker"):
        assert not found[name][0], found[name]
    assert "nothing answers at 127.0.0.1" in found["expenses: store"][1]
    for name in ("rows", "accounts"):
        home.ways[name].set(Mode.PASS)
    eventually(lambda: home.ready()[0] == 200)
    assert home.ready()[1]["broker"] == "failing"
    person = Person(home.process.url)
    person.budget("10.00")
    person.spend("11.00")
    for name in ("events", "files"):
        home.ways[name].set(Mode.PASS)
    person.verify(home.process)
    eventually(lambda: [path for path in home.process.mails() if "exceeded" in path.read_text("utf-8")])
    eventually(lambda: home.ready() == (200, dict.fromkeys(home.ready()[1], "ok")))
    assert all(ok for ok, _sentence in home.check().values())
    assert not list(home.process.data.glob("*.db")), "nothing is kept in the folder"


def test_an_outage_of_receipts_stops_nothing_else(home: Home) -> None:
    person = Person(home.process.url)
    expense = person.spend("4.80")
    before = home.objects()
    home.ways["files"].set(Mode.REFUSE)
    home.ways["files"].cut()
    answer = person.post(f"expenses/{expense['id']}/receipts", files={"file": ("a", pictures.a_pdf())})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert person.read(f"expenses/{expense['id']}/receipts")["items"] == []
    person.spend("5.20")
    eventually(lambda: home.ready()[1]["receipts"] == "failing")
    assert home.ready()[0] == 200, "an expense can be added without receipts"
    assert home.objects() == before
    home.ways["files"].set(Mode.PASS)
    sent = person.post(f"expenses/{expense['id']}/receipts", files={"file": ("a", pictures.a_pdf())})
    assert sent.status_code == 201
    assert person.get(f"receipts/{sent.json()['id']}/content").content == pictures.a_pdf()
    eventually(lambda: home.ready()[1]["receipts"] == "ok")


def test_a_store_lost_in_flight_leaves_nothing_half_written(home: Home) -> None:
    person = Person(home.process.url)
    budget = person.budget("100.00")
    person.spend("10.00")
    before = home.rows("expenses", "SELECT COUNT(*) FROM expense")
    home.ways["rows"].set(Mode.REFUSE)
    home.ways["rows"].cut()
    body = {"amount": {"amount": "1.00", "currency": "EUR"}, "spent_on": "2026-11-22"}
    answer = person.post("expenses", json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) >= 1
    assert home.ready()[0] == 503
    assert home.rows("expenses", "SELECT COUNT(*) FROM expense") == before
    home.ways["rows"].set(Mode.PASS)
    eventually(lambda: home.ready()[0] == 200)
    person.spend("20.00")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "30.00")


def test_without_the_account_store_signed_in_people_get_a_503(home: Home) -> None:
    person = Person(home.process.url)
    home.ways["accounts"].set(Mode.REFUSE)
    home.ways["accounts"].cut()
    answer = person.patch("users/me", json={"name": "Other"}, headers={"If-Match": f'"{person.user["version"]}"'})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert home.ready()[1]["auth"] == "failing"
    home.ways["accounts"].set(Mode.PASS)
    eventually(lambda: home.ready()[0] == 200)
    assert person.read("users/me")["name"] == "Maria"
