"""Deletes what a service's tables need no longer: a due job, so that each hour one of the service's processes does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Table

from chassis.runtime.clock import now_ms
from chassis.storage.due_jobs import Job
from chassis.storage.job_worker import JobWorker
from chassis.storage.unit_of_work import SqlStore, UnitOfWork

U = TypeVar("U", bound=UnitOfWork)

CLEAN_UP = "clean-up"
_EVERY_SECONDS = 3600


def clean_up_hourly(
    service: str, store: SqlStore[U], table: Table, *, holder: str, now: Callable[[], int] = now_ms
) -> JobWorker[U]:
    """Return what cleans up a store; `holder` is a name that no other process has. `now` is in milliseconds."""

    def clean_up(unit: U, _job: Job) -> None:
        unit.clean_up()

    return JobWorker(service, store, table, {CLEAN_UP: clean_up}, holder=holder, every={CLEAN_UP: _EVERY_SECONDS}, now=now)
