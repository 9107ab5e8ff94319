"""The hourly cleanup of the services with tables: a due job, which one of several processes does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from chassis.runtime.clock import now_ms
from chassis.storage.job_worker import JobWorker
from support.budgets_world import make_world
from support.expenses_api import make_service
from support.notifier_world import RunningNotifier

if TYPE_CHECKING:
    from pathlib import Path

    from chassis.process.service import Service
    from chassis.storage.unit_of_work import UnitOfWork

HOUR_MS, MONTH_MS = 3600 * 1000, 31 * 24 * 3600 * 1000
MAKE = {
    "expenses": make_service,
    "budgets": lambda folder: make_world(folder / "budgets.db").service,
    "notifier": lambda folder: RunningNotifier(folder, ms=now_ms()).service,
}


def jobs_of(service: Service) -> JobWorker[UnitOfWork]:
    [worker] = [worker for worker in service.workers if isinstance(worker, JobWorker)]
    return worker


class Rows:
    """The inbox and the jobs of a service, in its file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def receive(self, event_id: str, ago_ms: int) -> None:
        self.ask("INSERT INTO inbox (event_id, received_ms) VALUES (?, ?)", event_id, now_ms() - ago_ms)


@pytest.mark.parametrize("name", MAKE)
def test_what_is_old_is_deleted_once_an_hour_by_one_process(tmp_path: Path, name: str) -> None:
    jobs, rows = jobs_of(MAKE[name](tmp_path)), Rows(tmp_path / f"{name}.db")
    rows.receive("old", MONTH_MS)
    rows.receive("young", HOUR_MS)
    jobs.run_once()
    assert len(rows.ask("SELECT * FROM inbox")) == 2
    rows.ask("UPDATE due_job SET due_ms = 0")
    jobs.run_once()
    assert rows.ask("SELECT event_id FROM inbox") == [("young",)]
    rows.receive("old", MONTH_MS)
    jobs.run_once()
    assert len(rows.ask("SELECT * FROM inbox")) == 2
    [(kind, due_ms)] = rows.ask("SELECT kind, due_ms FROM due_job")
    assert kind == "clean-up"
    assert HOUR_MS - 60_000 < int(str(due_ms)) - now_ms() <= HOUR_MS
