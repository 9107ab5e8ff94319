"""What a store does on MySQL beyond what every store does: locks, limits, weather, TLS."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from chassis.sql import Database, StoreBusyError, StoreUnavailableError
from chassis.sql.dialects.mysql import STATEMENT_SECONDS, secured
from support.proxy import Board, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.mariadb import MariaDb

ADD = "UPDATE thing SET n = n + 1 WHERE id = '{}'"


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


def both(*works: Callable[[], None]) -> list[Exception]:
    """Run them at once; return what went wrong."""
    wrong: list[Exception] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except StoreUnavailableError as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return wrong


class Crosswise:
    """Transactions that lock the same two rows, each the other's last one first: at the first attempt a deadlock for certain."""

    def __init__(self) -> None:
        self._met = threading.Barrier(2)
        self.attempts = 0

    def work(self, first: str, second: str) -> Callable[[sa.Connection], None]:
        met = []

        def steps(connection: sa.Connection) -> None:
            self.attempts += 1
            connection.exec_driver_sql(ADD.format(first))
            if not met:
                met.append(1)
                self._met.wait(10)
            connection.exec_driver_sql(ADD.format(second))

        return steps


def test_a_session_is_strict_lives_in_utc_and_ends_statements_that_take_too_long(database: Database) -> None:
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT @@session.time_zone").scalar() == "+00:00"
        assert connection.exec_driver_sql("SELECT @@session.character_set_client").scalar() == "utf8mb4"
        assert float(connection.exec_driver_sql("SELECT @@session.max_statement_time").scalar() or 0) == STATEMENT_SECONDS
        with pytest.raises(sa.exc.DataError):
            connection.exec_driver_sql("INSERT INTO thing VALUES ('longer than five', 0)")


def test_a_value_that_does_not_fit_is_no_weather(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.begin() as connection:
        connection.exec_driver_sql("UPDATE thing SET colour = 'red'")


def test_two_that_are_in_each_others_way_both_pass_where_the_work_can_be_done_again(database: Database) -> None:
    crosswise = Crosswise()
    works = [crosswise.work("a", "b"), crosswise.work("b", "a")]
    assert both(*(lambda work=work: database.run(work) for work in works)) == []
    assert crosswise.attempts == 3
    assert (value(database, "SELECT SUM(n) FROM thing"), value(database, "SELECT MAX(n) FROM thing")) == (4, 2)


def test_elsewhere_one_of_the_two_is_undone_and_asked_to_come_back_in_a_second(database: Database) -> None:
    crosswise = Crosswise()

    def once(work: Callable[[sa.Connection], None]) -> None:
        with database.begin() as connection:
            work(connection)

    works = [crosswise.work("a", "b"), crosswise.work("b", "a")]
    (error,) = both(*(lambda work=work: once(work) for work in works))
    assert isinstance(error, StoreBusyError)
    assert error.headers["Retry-After"] == "1"
    assert value(database, "SELECT SUM(n) FROM thing") == 2


def test_a_lock_that_is_held_for_too_long_undoes_the_whole_transaction(database: Database) -> None:
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


def test_connections_that_broke_are_replaced_and_a_server_that_is_away_is_unavailable(mariadb: MariaDb, url: str) -> None:
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


def test_tls_is_by_setting_and_then_the_server_must_be_the_right_one(mariadb: MariaDb, url: str) -> None:
    authority = mariadb.folder / "tls" / "ca.pem"
    if not authority.exists():
        pytest.skip("a container's certificate is its own")
    secured = Database(f"{url}?ca={authority}")
    assert value(secured, "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'ssl_cipher'")
    secured.close()
    stranger = Database(f"{url}?tls=yes")
    with pytest.raises(StoreUnavailableError):
        stranger.check()
    stranger.close()


def test_other_machines_are_spoken_to_with_tls_unless_that_is_said_to_be_unwanted() -> None:
    def arguments(address: str) -> set[str]:
        bare, given = secured(sa.make_url(f"mysql+pymysql://outlay:secret@{address}"))
        assert not bare.query
        return set(given)

    assert arguments("db.example/expenses") == {"ssl"}
    assert arguments("db.example/expenses?tls=no") == arguments("127.0.0.1/expenses") == {"ssl_disabled"}
