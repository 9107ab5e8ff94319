"""What is specific to MySQL: locks, limits, outages, TLS."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from budgets.unit_of_work import BudgetsStore
from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database, StoreBusyError, StoreUnavailableError
from chassis.storage.dialects.mysql import STATEMENT_SECONDS, secured
from chassis.storage.migrations import migrate
from expenses.books.model import Book
from expenses.entries.store import ExpenseRepository
from support.budgets_store import locked
from support.expense_rows import an_expense
from testing.fakes.locks import ADD, Crosswise, both
from testing.servers.proxy import Board, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.mariadb import MariaDb


@pytest.fixture
def url(mariadb: MariaDb) -> str:
    url = mariadb.fresh("ways")
    name = url.rpartition("/")[2]
    mariadb.execute(
        "CREATE TABLE thing (id VARCHAR(5) PRIMARY KEY, n INT NOT NULL)",
        "INSERT INTO thing VALUES ('a', 0), ('b', 0)",
        database=name,
    )
    return url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def value(database: Database, query: str) -> Any:
    with database.read() as connection:
        return connection.exec_driver_sql(query).scalar()


def seconds_of_a_statement(connection: sa.Connection) -> float:
    """Return how long a statement may take; MariaDB counts it in seconds, MySQL in milliseconds."""
    maria = "MariaDB" in str(connection.exec_driver_sql("SELECT VERSION()").scalar())
    asked = "max_statement_time" if maria else "max_execution_time / 1000"
    return float(connection.exec_driver_sql(f"SELECT @@session.{asked}").scalar() or 0)


def cipher(connection: sa.Connection) -> str:
    """Return the TLS cipher of the connection, or "" if it has none; asked in a way that both MariaDB and MySQL know."""
    [(_name, used)] = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    return str(used)


def test_a_session_is_strict_in_utc_and_limits_statements(database: Database) -> None:
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT @@session.time_zone").scalar() == "+00:00"
        assert connection.exec_driver_sql("SELECT @@session.character_set_client").scalar() == "utf8mb4"
        assert seconds_of_a_statement(connection) == STATEMENT_SECONDS
        with pytest.raises(sa.exc.DataError):
            connection.exec_driver_sql("INSERT INTO thing VALUES ('longer than five', 0)")


def test_an_import_is_stored_in_a_few_statements(mariadb: MariaDb) -> None:
    database = Database(mariadb.empty("expenses"))
    migrate(database, "expenses")
    with database.begin() as connection:
        ExpenseRepository(connection).add(Book(1, uuid7(), "EUR"), [an_expense() for _ in range(2000)])
        inserts = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Com_insert'").one()[1]
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM expense").scalar() == 2000
    database.close()
    assert int(inserts) < 10


def test_a_value_that_does_not_fit_is_not_a_temporary_failure(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.begin() as connection:
        connection.exec_driver_sql("UPDATE thing SET colour = 'red'")


def test_two_conflicting_transactions_both_pass_if_repeatable(database: Database) -> None:
    crosswise = Crosswise()
    works = [crosswise.work("a", "b"), crosswise.work("b", "a")]
    assert both(*(lambda work=work: database.run(work) for work in works)) == []
    assert crosswise.attempts == 3
    assert (value(database, "SELECT SUM(n) FROM thing"), value(database, "SELECT MAX(n) FROM thing")) == (4, 2)


def test_one_of_two_conflicting_transactions_is_rolled_back(database: Database) -> None:
    (error,) = Crosswise().once(database)
    assert isinstance(error, StoreBusyError)
    assert error.headers["Retry-After"] == "1"
    assert value(database, "SELECT SUM(n) FROM thing") == 2


def test_a_lock_timeout_rolls_back_the_whole_transaction(database: Database) -> None:
    with database.begin() as holder:
        holder.exec_driver_sql(ADD.format("b"))
        with pytest.raises(StoreBusyError), database.begin() as connection:
            connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
            connection.exec_driver_sql(ADD.format("a"))
            connection.exec_driver_sql(ADD.format("b"))
    assert value(database, "SELECT n FROM thing WHERE id = 'a'") == 0


def test_a_reader_sees_one_moment_and_cannot_write(database: Database) -> None:
    with database.read() as reader:
        assert reader.exec_driver_sql("SELECT n FROM thing WHERE id = 'a'").scalar() == 0
        with database.begin() as connection:
            connection.exec_driver_sql(ADD.format("a"))
        assert reader.exec_driver_sql("SELECT n FROM thing WHERE id = 'a'").scalar() == 0
    with pytest.raises(sa.exc.DBAPIError), database.read() as reader:
        reader.exec_driver_sql(ADD.format("a"))
    assert value(database, "SELECT n FROM thing WHERE id = 'a'") == 1


def test_a_writer_sees_what_was_committed_while_it_waited(database: Database) -> None:
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT n FROM thing WHERE id = 'b'").scalar() == 0
        with database.begin() as other:
            other.exec_driver_sql(ADD.format("b"))
        assert connection.exec_driver_sql("SELECT n FROM thing WHERE id = 'b'").scalar() == 1


def test_broken_connections_are_replaced_and_outages_reported(mariadb: MariaDb, url: str) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", mariadb.port)])
        database = Database(url.replace(str(mariadb.port), str(proxy.port)))
        database.check()
        proxy.cut()
        database.check()
        with pytest.raises(StoreUnavailableError), database.begin() as connection:
            connection.exec_driver_sql(ADD.format("a"))
            proxy.cut()
            connection.exec_driver_sql(ADD.format("b"))
        proxy.set(Mode.REFUSE)
        proxy.cut()
        with pytest.raises(StoreUnavailableError) as caught:
            database.check()
        assert caught.value.headers["Retry-After"] == "5"
        proxy.set(Mode.PASS)
        database.check()
        assert value(database, "SELECT SUM(n) FROM thing") == 0
        database.close()


def test_two_simultaneous_first_writes_for_a_person_both_succeed(mariadb: MariaDb) -> None:
    database = Database(mariadb.empty("budgets"))
    migrate(database, "budgets")
    store = BudgetsStore(database, event_maker("budgets", system_clock, uuid7))
    done = threading.Event()
    second = threading.Thread(target=_write_nothing, args=(store, done))
    with locked(store, "maria"):
        second.start()
        assert not done.wait(0.3), "it did not wait for its turn"
    second.join(60)
    assert done.is_set()
    database.close()


def _write_nothing(store: BudgetsStore, done: threading.Event) -> None:
    with locked(store, "maria"):
        done.set()


def test_with_tls_the_server_must_have_the_right_certificate(mariadb: MariaDb, url: str) -> None:
    authority = mariadb.folder / "tls" / "ca.pem"
    if not authority.exists():
        pytest.skip("a container's certificate is its own")
    secured = Database(f"{url}?ca={authority}")
    with secured.read() as connection:
        assert cipher(connection)
    secured.close()
    stranger = Database(f"{url}?tls=yes")
    with pytest.raises(StoreUnavailableError):
        stranger.check()
    stranger.close()


def test_a_migration_connects_as_the_address_says(mariadb: MariaDb, url: str) -> None:
    authority = mariadb.folder / "tls" / "ca.pem"
    if not authority.exists():
        pytest.skip("a container's certificate is its own")
    for said, is_secured in ((f"?ca={authority}", True), ("?tls=no", False)):
        database = Database(url + said)
        with database.migrating("ways") as connection:
            assert bool(cipher(connection)) is is_secured, said
        database.close()


def test_other_machines_need_tls_unless_it_is_switched_off() -> None:
    def arguments(address: str) -> set[str]:
        bare, given = secured(sa.make_url(f"mysql+pymysql://outlay:secret@{address}"))
        assert not bare.query
        return set(given)

    assert arguments("db.example/expenses") == {"ssl"}
    assert arguments("db.example/expenses?tls=no") == arguments("127.0.0.1/expenses") == {"ssl_disabled"}
