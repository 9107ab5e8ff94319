"""Processes with a schema that is missing, older, compatible or newer; and killed migrations."""

from __future__ import annotations

import os
import queue
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from auth.store.cloudant.address import cloudant_address
from auth.store.cloudant.documents import CloudantDocuments
from auth.store.schema_version import VERSION
from chassis.process.settings_command import LASTING
from chassis.runtime.probes import run_probes
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.probe import database_probes
from chassis.storage.schema import Schema, SchemaTooNewError
from testing.servers.couch import shared_couch
from testing.servers.couch_door import Door, opened
from testing.servers.proxy import Board, Mode
from testing.servers.sharing import folder_of_the_run
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.broker import Broker
    from testing.servers.mariadb import MariaDb

KEY = "ab" * 32
_READY = re.compile(r"is ready on port (\d+)")


def environ(**told: str) -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "ignore", "OUTLAY_PORT": "0", "OUTLAY_DATA_KEY": KEY, "OUTLAY_GATEWAY_KEY": KEY, **told}


def run(service: str, command: str, **told: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", service, command], env=environ(**told), check=False, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


@contextmanager
def running(service: str, command: str, **told: str) -> Iterator[str]:
    """Start a process; yield its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", service, command], env=environ(**told), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True)
    reader.start()
    try:
        match = _READY.search(lines.get(timeout=60))
        assert match
        yield f"http://127.0.0.1:{match[1]}"
    finally:
        process.terminate()
        process.wait(60)
        reader.join(60)
        process.stdout.close()


def ready(address: str) -> int:
    return httpx.get(f"{address}/readyz", timeout=30).status_code


def migrated(url: str, package: str) -> None:
    database = Database(url)
    migrate(database, package)
    database.close()


def name_in(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_process_started_before_its_store_becomes_ready_by_itself(mariadb: MariaDb) -> None:
    url = mariadb.fresh("early")
    with Board() as board:
        way = board.proxy([("127.0.0.1", mariadb.port)])
        way.set(Mode.REFUSE)
        with running("budgets", "serve", BUDGETS_DB=url.replace(str(mariadb.port), str(way.port))) as address:
            assert ready(address) == 503
            assert httpx.get(f"{address}/livez", timeout=60).status_code == 200
            way.set(Mode.PASS)
            assert ready(address) == 503, "there are no tables yet"
            migrated(url, "budgets")
            eventually(lambda: ready(address) == 200)


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_newer_schema_is_refused_in_a_sentence(mariadb: MariaDb, broker: Broker, command: str) -> None:
    url = mariadb.empty("budgets")
    migrated(url, "budgets")
    before = mariadb.execute("SELECT version_num FROM alembic_version", database=name_in(url))[0][0]
    mariadb.execute("UPDATE alembic_version SET version_num = '0999'", database=name_in(url))
    try:
        status, text = run("budgets", command, BUDGETS_DB=url, OUTLAY_BUS=broker.url())
        assert status == LASTING
        assert "the store is at revision 0999, which this version does not know" in text
    finally:
        mariadb.execute(f"UPDATE alembic_version SET version_num = '{before}'", database=name_in(url))


def test_code_runs_on_a_newer_schema_that_allows_it(mariadb: MariaDb) -> None:
    url = mariadb.fresh("ahead")
    migrated(url, "budgets")
    mariadb.execute("UPDATE alembic_version SET version_num = CONCAT('0999from', version_num)", database=name_in(url))
    migrated(url, "budgets")
    database = Database(url, check_schema=Schema("budgets").check_store)
    database.check()
    mariadb.execute("UPDATE alembic_version SET version_num = '0999from0998'", database=name_in(url))
    other = Database(url, check_schema=Schema("budgets").check_store)
    for refused in (other.check, lambda: migrate(other, "budgets")):
        with pytest.raises(SchemaTooNewError):
            refused()
    database.close()
    other.close()


def test_a_killed_migration_can_be_repeated_and_others_wait(mariadb: MariaDb) -> None:
    url = mariadb.fresh("killed")
    name = name_in(url)
    lock = f"outlay notifier {name}"[:64]
    with Board() as board:
        # The proxy is slow, so that there is something to kill in the middle of.
        way = board.proxy([("127.0.0.1", mariadb.port)])
        way.set(Mode.PASS, delay=0.02)
        first = subprocess.Popen(
            [sys.executable, "-m", "notifier", "migrate"],
            env=environ(NOTIFIER_DB=url.replace(str(mariadb.port), str(way.port)), NOTIFIER_MAIL="file:/tmp/unused"),
        )
        eventually(lambda: len(mariadb.execute(f"SHOW TABLES IN {name}")) >= 3)
        first.send_signal(signal.SIGKILL)
        first.wait(60)
    eventually(lambda: mariadb.execute(f"SELECT IS_FREE_LOCK('{lock}')")[0][0] == 1)
    done = [0, 0]
    told = {"NOTIFIER_DB": url, "NOTIFIER_MAIL": "file:/tmp/unused"}
    threads = [threading.Thread(target=lambda n=n: done.__setitem__(n, run("notifier", "migrate", **told)[0])) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done == [0, 0]
    database = Database(url)
    (finding,) = run_probes(database_probes(database, "notifier", "NOTIFIER_DB"))
    database.close()
    assert finding.ok, finding


@pytest.fixture
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with shared_couch(folder_of_the_run(tmp_path_factory) / "couch") as couch, opened(couch) as door:
        yield door


def test_documents_of_a_newer_version_are_refused_by_every_command(door: Door) -> None:
    store = door.address(f"newer-{secrets.token_hex(6)}")
    documents = CloudantDocuments(cloudant_address(store))
    documents.migrate()
    design = f"http://127.0.0.1:{door.port}/{cloudant_address(store).database}/_design/outlay-schema"
    httpx.put(design, json={**httpx.get(design, timeout=60).json(), "version": VERSION + 1}, timeout=60).raise_for_status()
    status, text = run("auth", "serve", AUTH_STORE=store)
    assert status == LASTING
    assert f"the documents are of version {VERSION + 1}, this auth knows {VERSION}" in text
    other = CloudantDocuments(cloudant_address(store))
    for refused in (other.migrate, lambda: other.get("user:somebody")):
        with pytest.raises(SchemaTooNewError):
            refused()
    documents.close()
    other.close()


def test_a_migration_of_documents_that_is_killed_is_run_again(door: Door) -> None:
    store = door.address(f"killed-{secrets.token_hex(6)}")
    database = cloudant_address(store).database
    with Board() as board:
        way = board.proxy([("127.0.0.1", door.port)])
        way.set(Mode.PASS, delay=0.2)
        through = store.replace(str(door.port), str(way.port))
        first = subprocess.Popen([sys.executable, "-m", "auth", "migrate"], env=environ(AUTH_STORE=through))
        eventually(lambda: httpx.get(f"http://127.0.0.1:{door.port}/{database}", timeout=60).status_code == 200)
        time.sleep(0.1)
        first.send_signal(signal.SIGKILL)
        first.wait(60)
    with running("auth", "serve", AUTH_STORE=store) as address:
        assert ready(address) == 503
        documents = CloudantDocuments(cloudant_address(store))
        documents.migrate()
        documents.migrate()
        documents.close()
        eventually(lambda: ready(address) == 200)
