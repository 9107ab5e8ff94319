"""Transactions that get in each other's way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from chassis.storage.database import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from chassis.storage.database import Database

ADD = "UPDATE thing SET n = n + 1 WHERE id = '{}'"


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

    def work(self, first: str, second: str) -> Callable[[Connection], None]:
        """Return one of the two."""
        met = []

        def steps(connection: Connection) -> None:
            self.attempts += 1
            connection.exec_driver_sql(ADD.format(first))
            if not met:
                met.append(1)
                self._met.wait(60)
            connection.exec_driver_sql(ADD.format(second))

        return steps

    def once(self, database: Database) -> list[Exception]:
        """Run both at once, neither a second time; return what they raised."""

        def one(first: str, second: str) -> None:
            work = self.work(first, second)
            with database.begin() as connection:
                work(connection)

        return both(lambda: one("a", "b"), lambda: one("b", "a"))
