"""Carries out due jobs: one thread in each process that works, any number of processes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Table

from chassis.runtime.clock import now_ms
from chassis.runtime.worker import Worker
from chassis.storage.due_jobs import Job, job_of
from chassis.storage.leases import Leases
from chassis.storage.unit_of_work import SqlStore, UnitOfWork

log = logging.getLogger("outlay.jobs")

LEASE_SECONDS = 60.0
"""How long a process has a job for itself; one that takes longer may be begun by another one, and only one of them commits."""
LONGEST_SLEEP_SECONDS = 30.0
"""How long until a job is found that another process scheduled."""
RETRY_SECONDS = (10, 60, 300, 1800, 3600)
"""Pauses after failures; the last one is repeated for as long as the job fails."""


U = TypeVar("U", bound=UnitOfWork)

Handler = Callable[[U, Job], Job | None]
"""Carries out a job within a unit of work; returns when it is due again, or None if it is done."""


class _LostLeaseError(Exception):
    """The job was cancelled, scheduled anew or taken over by another process; what was done is rolled back."""


class JobWorker(Worker, Generic[U]):
    """Carries out the due jobs of one service, in one thread."""

    def __init__(
        self,
        service: str,
        store: SqlStore[U],
        table: Table,
        handlers: Mapping[str, Handler[U]],
        *,
        holder: str,
        every: Mapping[str, float] = MappingProxyType({}),
        now: Callable[[], int] = now_ms,
        wake_up: threading.Event | None = None,
    ) -> None:
        """`handlers` by the kind of job; `holder` is a name that no other process has. `now` is in milliseconds.

        `every` names kinds of jobs that recur, with their seconds from one run to the next, whatever their handlers return.
        """
        super().__init__(f"jobs:{service}", wake_up=wake_up)
        self._service, self._store, self._table, self._handlers = service, store, table, dict(handlers)
        self._holder, self._every, self._now = holder, dict(every), now
        self._recurring_known = False
        self._leases = Leases(table, holder=holder, seconds=LEASE_SECONDS)

    def run_once(self) -> float:
        """Carry out all jobs that are due; return the seconds until the next one is."""
        if self._every and not self._recurring_known:
            self._store.run(self._schedule_recurring)
            self._recurring_known = True
        while not self.stopping:
            job = self.claim_next()
            if job is None:
                break
            self.carry_out(job)
        return self._seconds_until_due()

    def _schedule_recurring(self, unit: U) -> None:
        for kind, seconds in self._every.items():
            if unit.jobs.get(kind) is None:
                unit.jobs.schedule(Job(kind, kind, self._now() + int(seconds * 1000)))

    def claim_next(self) -> Job | None:
        """Lease the job that has been due for longest; None if none is due and free."""
        moment = self._now()
        row = self._table.c
        due = sa.select(self._table).where(row.due_ms <= moment, row.kind.in_(self._handlers), self._leases.free)
        with self._store.read() as unit:
            found = unit.connection.execute(due.order_by(row.due_ms).limit(1), {"moment": moment}).first()
        if found is None:
            return None
        job = job_of(found)
        held = self._store.run(lambda unit: self._leases.claim(unit.connection, [job.id], moment))
        return job if held else None

    def carry_out(self, job: Job) -> None:
        """Carry out a job that this process holds, or put it off if that fails."""
        try:
            self._store.run(lambda unit: self._settle(unit, job, self._handlers[job.kind](unit, job)))
        except _LostLeaseError:
            log.info("a job was taken over", extra={"service": self._service, "kind": job.kind, "job": job.id})
        except Exception as error:  # it stays in the table, and is tried again
            log.warning(
                "a job failed",
                exc_info=error,
                extra={"service": self._service, "kind": job.kind, "job": job.id, "attempts": job.attempts + 1},
            )
            self._put_off(job)

    def _settle(self, unit: U, job: Job, again: Job | None) -> None:
        """Remove the job, or schedule it again. Raises _LostLeaseError."""
        row = self._table.c
        gone = unit.connection.execute(self._table.delete().where(row.id == job.id, row.claimed_by == self._holder))
        if not gone.rowcount:
            raise _LostLeaseError
        if job.kind in self._every:
            again = replace(job, due_ms=self._now() + int(self._every[job.kind] * 1000), attempts=0)
        if again is not None:
            unit.jobs.schedule(again)

    def _put_off(self, job: Job) -> None:
        pause = RETRY_SECONDS[min(job.attempts, len(RETRY_SECONDS) - 1)]
        row = self._table.c
        later = {"due_ms": self._now() + pause * 1000, "attempts": job.attempts + 1, "claimed_by": None, "claimed_until_ms": 0}
        mine = self._table.update().where(row.id == job.id, row.claimed_by == self._holder).values(**later)
        self._store.run(lambda unit: unit.connection.execute(mine))

    def _seconds_until_due(self) -> float:
        row, moment = self._table.c, self._now()
        ours = row.kind.in_(self._handlers), self._leases.free  # jobs that others hold are looked at after the longest sleep
        with self._store.read() as unit:
            query = sa.select(sa.func.min(row.due_ms)).where(*ours)
            earliest: int | None = unit.connection.execute(query, {"moment": moment}).scalar()
        if earliest is None:
            return LONGEST_SLEEP_SECONDS
        return min(max(0.0, (earliest - moment) / 1000), LONGEST_SLEEP_SECONDS)
