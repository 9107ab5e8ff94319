"""What is specific to Db2, with IBM's driver. docs/operate/stores.md says which server answers it here."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from chassis.storage.address import store_address
from chassis.storage.database import Database, StoreBusyError, StoreUnavailableError
from chassis.storage.migrations import migrate
from notifier.tables import recipient
from testing.fakes.locks import ADD, Crosswise, both
from testing.servers.certificates import write_certificates
from testing.servers.proxy import Board

pytest.importorskip("ibm_db", reason="IBM has no driver for this machine", exc_type=ImportError)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testing.servers.derby import Db2Server


@pytest.fixture
def url(db2: Db2Server) -> str:
    return db2.fresh("ways")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (id VARCHAR(5) NOT NULL PRIMARY KEY, n INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO thing VALUES ('a', 0), ('b', 0)")
    yield database
    database.close()


def total(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT SUM(n) FROM thing").scalar() or 0)


def test_two_conflicting_transactions_both_pass_if_repeatable(database: Database) -> None:
    crosswise = Crosswise()
    works = [crosswise.work("a", "b"), crosswise.work("b", "a")]
    assert both(*(lambda work=work: database.run(work) for work in works)) == []
    assert crosswise.attempts >= 3
    assert total(database) == 4


def test_one_of_two_conflicting_transactions_is_rolled_back(database: Database) -> None:
    (error,) = Crosswise().once(database)
    assert isinstance(error, StoreBusyError)
    assert error.headers["Retry-After"] == "1"
    assert total(database) == 2, "the one that gave way has changed nothing"


def test_a_lock_timeout_rolls_back_the_whole_transaction(database: Database) -> None:
    with database.begin() as holder:
        holder.exec_driver_sql(ADD.format("b"))
        with pytest.raises(StoreBusyError), database.begin() as connection:
            connection.exec_driver_sql(ADD.format("a"))
            connection.exec_driver_sql(ADD.format("b"))
    assert total(database) == 1


def test_broken_connections_are_replaced(db2: Db2Server, url: str, database: Database) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", db2.port)])
        through = Database(url.replace(str(db2.port), str(proxy.port)))
        through.check()
        with pytest.raises(StoreUnavailableError), through.begin() as connection:
            connection.exec_driver_sql("UPDATE thing SET n = n + 1")
            proxy.cut()
            connection.exec_driver_sql("UPDATE thing SET n = n + 1")
        through.check()
        through.close()
    assert total(database) == 0


def test_an_error_shows_no_values(database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    thing = sa.table("thing", sa.column("id"), sa.column("n"))
    with pytest.raises(sa.exc.DBAPIError) as caught, database.begin() as connection:
        connection.execute(thing.insert(), {"id": "geheim", "n": 1})
    assert "geheim" not in "".join((str(caught.value), *capfd.readouterr()))


def test_of_two_simultaneous_migrations_one_waits(db2: Db2Server) -> None:
    url, wrong = db2.fresh("ways"), []

    def run() -> None:
        database = Database(url)
        try:
            migrate(database, "budgets")
        except BaseException as error:
            wrong.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_lengths_count_characters_and_not_bytes(database: Database) -> None:
    assert "name VARCHAR(400 CODEUNITS32)" in str(sa.schema.CreateTable(recipient).compile(database.engine))


def test_a_remote_server_needs_tls_unless_it_is_switched_off() -> None:
    with pytest.raises(ValueError, match="unencrypted"):
        store_address("ibm_db_sa://outlay:secret@db.example/OUTLAY")
    assert store_address("ibm_db_sa://outlay:secret@db.example/OUTLAY?ca=/etc/ca.pem")
    with pytest.raises(ValueError, match="semicolon") as caught:
        store_address("ibm_db_sa://outlay:sec;ret@localhost/OUTLAY")
    assert "sec;ret" not in str(caught.value)


@pytest.mark.parametrize(
    ("certificate_for", "signed_by", "works"),
    [("", "its own", True), ("", "another", False), ("db2.example", "its own", False)],
    ids=["the right one", "an authority that is not ours", "the name of another machine"],
)
def test_with_tls_the_server_must_have_the_right_certificate(
    db2: Db2Server, url: str, tmp_path: Path, certificate_for, signed_by, works
) -> None:
    write_certificates(tmp_path / "its own", other_name=certificate_for)
    write_certificates(tmp_path / "another")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "its own" / "server.pem", tmp_path / "its own" / "server.key")
    with Board() as board:
        door = board.proxy([("127.0.0.1", db2.port)], tls=context)
        address = url.replace(f":{db2.port}", f":{door.port}").replace("tls=no", f"ca={tmp_path / signed_by / 'ca.pem'}")
        database = Database(address)
        if works:
            assert total_of_one(database) == 1
        else:
            with pytest.raises(StoreUnavailableError):
                database.check()
        database.close()


def total_of_one(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT COUNT(*) FROM SYSIBM.SYSDUMMY1").scalar() or 0)
