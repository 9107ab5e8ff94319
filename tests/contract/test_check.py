"""`check` against real servers: each problem is explained with what to change, and without a secret."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pika
import pytest
import sqlalchemy as sa

from auth.store.cloudant.address import cloudant_address
from auth.store.cloudant.documents import INDEXES, CloudantDocuments
from auth.store.cloudant.probe import try_database
from chassis.messaging.rabbitmq import BrokerAddress
from chassis.messaging.rabbitmq.probe import broker_probe
from chassis.runtime.clock import system_clock
from chassis.runtime.probes import Probe, ProbeError, as_json, run_probes
from chassis.runtime.settings import read_settings
from chassis.storage.database import Database
from chassis.storage.dialects.db2 import Db2
from chassis.storage.migrations import migrate
from chassis.storage.probe import database_probes
from expenses.receipts.checks import receipt_probes
from expenses.receipts.files import files_from
from notifier.delivery.mailers.probe import mail_probe
from notifier.settings import NotifierSettings
from support.suite import built_suite
from testing.mailserver.server import MailServer, Options
from testing.mailserver.signing import Signer
from testing.servers.couch_door import opened
from testing.servers.exim import PASSWORD, USER, Exim
from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.objectstore import ObjectStore
    from testing.servers.broker import Broker
    from testing.servers.derby import Db2Server
    from testing.servers.mariadb import MariaDb

WRONG = "a-password-that-is-wrong"


def said(probe: Probe) -> str:
    """Return the sentences of `check`."""
    (finding,) = run_probes([probe])
    assert WRONG not in as_json([finding])
    assert "not known" not in finding.sentence or "host" in finding.sentence, finding
    return f"{'ok' if finding.ok else 'wrong'}: {finding.sentence}"


def of_database(url: str | sa.URL) -> str:
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    database = Database(text)
    try:
        return said(database_probes(database, "budgets", "BUDGETS_DB")[0])
    finally:
        database.close()


def migrated(url: str) -> sa.URL:
    database = Database(url)
    migrate(database, "budgets")
    database.close()
    return sa.make_url(url)


def test_mysql_says_what_is_wrong(mariadb: MariaDb) -> None:
    url = migrated(mariadb.empty("budgets"))
    assert of_database(url).startswith("ok: mysql 127.0.0.1:")
    assert "refuses the user root: wrong user or password" in of_database(url.set(password=WRONG))
    assert "nothing answers at 127.0.0.1" in of_database(url.set(port=free_ports(1)[0]))
    assert "the host of nowhere.invalid:3306 is unknown" in of_database("mysql+pymysql://a:b@nowhere.invalid/x?tls=no")
    assert "is not trusted" in of_database(url.update_query_dict({"tls": "yes"}))
    assert "there is no database nothing_of_it" in of_database(url.set(database="nothing_of_it"))


def test_mysql_says_which_right_is_missing(mariadb: MariaDb) -> None:
    url, user = migrated(mariadb.empty("budgets")), f"reader{secrets.token_hex(3)}"
    mariadb.execute(f"CREATE USER {user}@127.0.0.1 IDENTIFIED BY 'x'", f"GRANT SELECT ON {url.database}.* TO {user}@127.0.0.1")
    reader = url.set(username=user, password="x")
    assert f"the user {user} lacks a right in {url.database}; GRANT SELECT, INSERT" in of_database(reader)
    mariadb.execute(f"GRANT INSERT, UPDATE, DELETE ON {url.database}.* TO {user}@127.0.0.1")
    assert of_database(reader).startswith("ok: ")
    mariadb.execute(f"ALTER USER {user}@127.0.0.1 REQUIRE SSL")
    assert "or this user must use TLS" in of_database(reader)
    mariadb.execute(f"DROP USER {user}@127.0.0.1")


def test_a_schema_is_newest_older_ahead_or_newer(mariadb: MariaDb) -> None:
    url = mariadb.fresh("standing")
    name = url.rpartition("/")[2]
    assert "is at schema none, this version needs 0005from0001; run `python -m budgets migrate`" in of_database(url)
    migrated(url)
    assert "its schema is 0005from0001" in of_database(url)
    mariadb.execute("UPDATE alembic_version SET version_num = '0009from0001'", database=name)
    assert of_database(url).startswith("ok: ")
    assert "newer than this version but compatible with it" in of_database(url)
    mariadb.execute("UPDATE alembic_version SET version_num = '0009from0006'", database=name)
    assert "the store is at revision 0009from0006, which this version does not know" in of_database(url)


def test_db2_says_what_is_wrong(db2: Db2Server) -> None:
    url = migrated(db2.empty("budgets"))
    assert of_database(url).startswith("ok: ibm_db_sa 127.0.0.1:")
    assert "refuses the user outlay: wrong user or password" in of_database(url.set(password=WRONG))
    assert "there is no database NOTHING" in of_database(url.set(database="NOTHING"))


def test_network_errors_of_the_db2_driver_are_explained() -> None:
    lost = 'SQL30081N  A communication error has been detected. Protocol specific error code(s): "{}", "*", "0".  SQLSTATE=08001'
    url = sa.make_url("ibm_db_sa://me:secret@db.example:50001/OUTLAY")
    assert "nothing answers at db.example:50001" in Db2().explain(Exception(lost.format(111)), url)
    assert "there is no route to db.example:50001" in Db2().explain(Exception(lost.format(113)), url)
    assert "check host, port, firewall, and TLS" in Db2().explain(Exception(lost.format("*")), url)
    assert "lacks a right in OUTLAY" in Db2().explain(Exception("SQL0551N  SQLSTATE=42501"), url)


def test_sqlite_says_what_is_wrong(tmp_path) -> None:
    assert "cannot be opened; does its folder exist" in of_database(f"sqlite:///{tmp_path}/no/such/folder.db")
    (tmp_path / "letter.db").write_text("Dear database, " * 100)
    assert "is not a database, or is damaged" in of_database(f"sqlite:///{tmp_path}/letter.db")


@pytest.fixture
def door(couch: str) -> Iterator[Any]:
    with opened(couch) as door:
        yield door


def test_cloudant_says_what_is_wrong(door) -> None:
    name = f"check-{secrets.token_hex(6)}"
    door.way_in = "basic"

    def answer(**changes: str) -> str:
        text = door.address(changes.get("database", name), user=door.user)
        text = text.replace(f":{door.port}/", f":{changes.get('port', door.port)}/")
        address = cloudant_address(text, password=changes.get("password", door.password))
        return said(Probe("store", lambda: try_database(address, INDEXES)))

    address = cloudant_address(door.address(name, user=door.user), password=door.password)
    documents = CloudantDocuments(address)
    assert f"there is no database {name}" in answer()
    documents.migrate()
    assert answer().startswith("ok: the database check-")
    assert f"refuses the user {door.user}" in answer(password=WRONG)
    assert "nothing answers at http://127.0.0.1" in answer(port=str(free_ports(1)[0]))
    door.answer_next(403)
    assert "give it the role Writer" in answer()
    who = (door.user, door.password)
    with httpx.Client(base_url=f"http://127.0.0.1:{door.port}/{name}", auth=who, timeout=60) as client:
        design = client.get("/_design/outlay-schema").json()
        client.put("/_design/outlay-schema", json={**design, "version": 9}).raise_for_status()
        assert "the documents are of version 9, this auth knows 1" in answer()
        index = client.get("/_design/outlay-pending").json()
        client.delete("/_design/outlay-pending", params={"rev": index["_rev"]}).raise_for_status()
        design = client.get("/_design/outlay-schema").json()
        client.put("/_design/outlay-schema", json={**design, "version": 1}).raise_for_status()
        assert "lacks the index pending; run `python -m auth migrate`" in answer()
    documents.close()


def test_an_object_store_says_what_is_wrong(object_store: ObjectStore) -> None:
    settings = object_store.settings()

    def answer(**changes: str) -> str:
        told = replace(settings, **changes)
        return said(receipt_probes(told, files_from(told))[0])

    bucket = settings.receipts.partition("?")[0].removeprefix("cos://")
    assert answer() == f"ok: the bucket {bucket} at {object_store.endpoint} can store, read and delete objects"
    assert object_store.client().list_objects_v2(Bucket=bucket).get("Contents", []) == []
    missing = settings.receipts.replace(bucket, f"{bucket}-gone")
    assert f"there is no bucket {bucket}-gone" in answer(receipts=missing)
    assert "COS_SECRET_KEY" in answer(cos_secret_key=WRONG) or "may not use the bucket" in answer(cos_secret_key=WRONG)
    assert "cannot be reached" in answer(receipts=f"cos://{bucket}?endpoint=http://127.0.0.1:{free_ports(1)[0]}")
    scanner = replace(settings, receipts_scanner=f"clamav://127.0.0.1:{free_ports(1)[0]}")
    assert "RECEIPTS_SCANNER: nothing answers at clamav://" in said(receipt_probes(scanner, files_from(scanner))[1])


def test_a_broker_says_what_is_wrong(broker: Broker) -> None:
    vhost = secrets.token_hex(6)
    url = broker.add_vhost(vhost)

    def answer(text: str) -> str:
        return said(broker_probe(BrokerAddress(url=text)))

    assert answer(url).startswith("ok: amqp://127.0.0.1:")
    assert "refuses this user and password" in answer(url.replace(broker.password, WRONG))
    assert "does not let this user into the virtual host" in answer(broker.url("nowhere"))
    assert "cannot be reached" in answer(f"amqp://127.0.0.1:{free_ports(1)[0]}/")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    connection.channel().queue_delete("budgets.spending")
    connection.channel().queue_declare("budgets.spending", durable=True)
    connection.close()
    assert "with other arguments than this version declares" in answer(url)


def mailing(**told: str) -> Probe:
    told = {"NOTIFIER_DB": "sqlite://", "NOTIFIER_FROM": "Outlay <outlay@outlay.example>", **told}
    return mail_probe(read_settings(NotifierSettings, told), system_clock)


def test_sendgrid_says_what_is_wrong_and_no_mail_is_sent() -> None:
    server = MailServer(Options(signer=Signer())).start()
    here = {"NOTIFIER_MAIL": f"sendgrid:{server.url}", "SENDGRID_API_KEY": "SG.test"}
    try:
        assert said(mailing(**here)).startswith(f"ok: {server.url} accepts the key, which may send")
        assert "refuses it; create a new one with the scope mail.send" in said(mailing(**{**here, "SENDGRID_API_KEY": WRONG}))
        server.options.scopes = ["alerts.read"]
        assert "lacks the scope mail.send" in said(mailing(**here))
    finally:
        server.close()
    assert "cannot be reached: Connection refused" in said(mailing(**here))


def test_a_mail_server_says_what_is_wrong_and_no_mail_is_sent() -> None:
    with Exim() as exim:
        here = {"NOTIFIER_MAIL": f"smtp://{USER}@127.0.0.1:{exim.port}", "SMTP_PASSWORD": PASSWORD, "SMTP_CA": str(exim.ca)}
        assert said(mailing(**here)).startswith("ok: the mail server 127.0.0.1:")
        assert "refuses the user and password" in said(mailing(**{**here, "SMTP_PASSWORD": WRONG}))
        assert "SMTP_CA: the certificate of" in said(mailing(**{**here, "SMTP_CA": ""}))
        at_tls = {**here, "NOTIFIER_MAIL": f"smtps://{USER}@127.0.0.1:{exim.port}"}
        assert "cannot agree on TLS" in said(mailing(**at_tls))
        assert exim.arrived() == []
        elsewhere = {**here, "NOTIFIER_MAIL": f"smtp://{USER}@127.0.0.1:{free_ports(1)[0]}"}
        assert "cannot be reached: Connection refused" in said(mailing(**elsewhere))


def test_unexpected_errors_and_hanging_probes_are_findings_too() -> None:
    def hang() -> str:
        threading.Event().wait(5)
        return ""

    def fail() -> str:
        raise RuntimeError(WRONG)

    def trouble() -> str:
        raise ProbeError("it is wrong")

    found = run_probes([Probe("a", hang), Probe("b", fail), Probe("c", trouble), Probe("d", lambda: "well")], seconds=0.2)
    assert [one.ok for one in found] == [False, False, False, True]
    assert "did not respond within 0.2 seconds" in found[0].sentence
    assert "RuntimeError" in found[1].sentence
    assert WRONG not in as_json(found)


def command(*arguments: str, **environ: str) -> tuple[int, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("OUTLAY_", "EXPENSES_", "AUTH_", "RECEIPTS"))}
    told = {**bare, "PYTHONWARNINGS": "ignore", **environ}
    ran = subprocess.run([sys.executable, "-m", *arguments], env=told, check=False, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def test_check_exits_with_one_if_anything_is_wrong_also_as_json(tmp_path) -> None:
    status, text = command("expenses", "check", "--json")
    assert status == 1
    assert {one["sentence"].partition(":")[0] for one in json.loads(text)["checks"]} == {
        "EXPENSES_DB",
        "RECEIPTS",
        "OUTLAY_DATA_KEY",
    }
    home = {"OUTLAY_DATA": str(tmp_path / "home"), "OUTLAY_DATA_KEY": "ab" * 32}
    status, text = command("outlay", "check", "--json", **home)
    assert status == 1
    assert {one["name"]: one["ok"] for one in json.loads(text)["checks"]}["expenses: receipts"]
    with built_suite(tmp_path / "home", **home):
        pass  # which migrates
    assert command("outlay", "check", **home)[0] == 0
