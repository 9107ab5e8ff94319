"""`migrate` against a real server: it says what is wrong, and by its exit status whether trying again can help.

The Job in the chart goes by the status: 1 is tried again, 2 and 3 end it at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from chassis.process.migrate_command import migrate
from chassis.process.service import Service
from chassis.process.settings_command import AGAIN, LASTING
from chassis.runtime.probes import Probe, ProbeError
from chassis.runtime.problems import UnavailableError
from chassis.storage.dialects.db2 import Db2
from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.mariadb import MariaDb

WRONG = "a-password-that-is-wrong"


def run(service: str, *arguments: str, **environ: str) -> tuple[int, str]:
    """Run a service's command; return its exit status and output."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("OUTLAY_", "AUTH_", "BUDGETS_", "EXPENSES_"))}
    told = {**bare, "PYTHONWARNINGS": "ignore", "OUTLAY_DATA_KEY": "ab" * 32, "OUTLAY_LOG_LEVEL": "error", **environ}
    ran = subprocess.run(
        [sys.executable, "-m", service, *arguments], env=told, check=False, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ran.stderr
    assert WRONG not in ran.stdout + ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def migrating(url: str | sa.URL, **environ: str) -> tuple[int, str]:
    return run("budgets", "migrate", BUDGETS_DB=sa.make_url(url).render_as_string(hide_password=False), **environ)


def test_a_store_that_answers_is_migrated(mariadb: MariaDb) -> None:
    url = mariadb.fresh("migrating")
    status, said = migrating(url)
    assert (status, json.loads(said)["command"], json.loads(said)["outcome"]) == (0, "budgets migrate", "success")
    mariadb.execute("UPDATE alembic_version SET version_num = '0099'", database=sa.make_url(url).database or "")
    status, said = migrating(url)
    assert (status, "which this version does not know" in said) == (3, True), said


def test_refused_passwords_and_missing_rights_are_not_retried(mariadb: MariaDb) -> None:
    url = sa.make_url(mariadb.fresh("refusing"))
    status, said = migrating(url.set(password=WRONG))
    assert (status, said.strip().startswith("budgets: BUDGETS_DB: ")) == (3, True), said
    assert "refuses the user root: wrong user or password" in said
    assert migrating(url.set(database="nothing_of_it"))[0] == 3


def test_a_store_that_is_away_is_tried_again(mariadb: MariaDb) -> None:
    url = sa.make_url(mariadb.fresh("away"))
    status, said = migrating(url.set(port=free_ports(1)[0]))
    assert (status, "nothing answers at 127.0.0.1" in said) == (1, True), said


def test_settings_that_are_wrong_are_all_named(mariadb: MariaDb) -> None:
    status, said = migrating(mariadb.fresh("settings"), OUTLAY_LOG_LEVEL="verbose", OUTLAY_DATA_KEY="short")
    assert status == 2
    assert "OUTLAY_LOG_LEVEL: is 'verbose', must be one of debug, info, warning, error" in said
    assert "OUTLAY_DATA_KEY: " in said


@pytest.mark.parametrize(("answer", "status"), [(401, 3), (403, 3), (503, 1)])
def test_a_wrong_password_for_documents_is_not_tried_again(answer: int, status: int) -> None:
    with refusing(answer) as port:
        got, said = run("auth", "migrate", AUTH_STORE=f"cloudant://outlay:{WRONG}@127.0.0.1:{port}/outlay")
    assert got == status, said
    assert "AUTH_STORE: " in said


@pytest.mark.parametrize("state", ["08001", "57033"])
def test_db2_that_is_away_is_tried_again(state: str) -> None:
    assert not Db2().is_refused(Exception(f"SQLSTATE={state}"))


@pytest.mark.parametrize("said", ["SQL30082N  Security processing failed", "no right SQLSTATE=42501", "SQLSTATE=28000"])
def test_a_refusal_of_db2_is_not_tried_again(said: str) -> None:
    assert Db2().is_refused(Exception(said))


def test_only_what_a_migration_uses_is_asked_what_is_wrong(tmp_path) -> None:
    def away() -> None:
        raise UnavailableError("The store does not answer.")

    def trouble(lasting: bool) -> Probe:
        def try_it() -> str:
            raise ProbeError("it is wrong", lasting=lasting)

        return Probe("mail" if lasting else "store", try_it, processes=frozenset({"work"} if lasting else {"migrate"}))

    said: list[str] = []
    service = Service(name="it", web=_nothing, outbox=None, migrate=away, probes=lambda: [trouble(True), trouble(False)])  # type: ignore[arg-type]
    assert migrate(service, complain=said.extend) == AGAIN
    assert said == ["it: it is wrong"]
    assert LASTING != AGAIN


@contextmanager
def refusing(status: int) -> Iterator[int]:
    """Answer everything with one status, as CouchDB does; return the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b'{"error": "no", "reason": "no"}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        do_PUT = do_POST = do_HEAD = do_GET

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _nothing(*_arguments: object) -> None:
    pass
