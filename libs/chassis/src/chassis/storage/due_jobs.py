"""Due jobs: work that is put off until a moment, kept in a table and carried out once, by whichever process is free.

A job is scheduled in the unit of work that gives rise to it. Its handler runs in a unit of work of its own, in which the job is
also removed, or put off again: what a job does and the fact that it was done are committed together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from chassis.storage.database import unless_raced


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is put off."""

    id: str
    """A job is scheduled once under its id; scheduling it again changes when it is due, and its payload."""
    kind: str
    due_ms: int
    payload: Mapping[str, Any] = field(default_factory=dict)
    book_id: str | None = None
    """Whose data it is about; None for the service's own work."""
    attempts: int = 0
    """How often it has failed in a row."""


class DueJobs:
    """The jobs, seen from within one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        """Jobs are scheduled exactly if the transaction is committed."""
        self._connection, self._table = connection, table

    def schedule(self, job: Job) -> None:
        """Add a job, or replace the one with its id."""
        values = {"kind": job.kind, "book_id": job.book_id, "due_ms": job.due_ms, "attempts": job.attempts}
        values["payload"] = json.dumps(dict(job.payload))
        free = {"claimed_by": None, "claimed_until_ms": 0}
        found = self._connection.execute(self._table.update().where(self._table.c.id == job.id).values(**values, **free))
        if not found.rowcount:
            with unless_raced():
                self._connection.execute(self._table.insert().values(id=job.id, **values, **free))

    def cancel(self, job_id: str) -> None:
        self._connection.execute(self._table.delete().where(self._table.c.id == job_id))

    def erase(self, book_id: str) -> None:
        self._connection.execute(self._table.delete().where(self._table.c.book_id == book_id))

    def get(self, job_id: str) -> Job | None:
        row = self._connection.execute(sa.select(self._table).where(self._table.c.id == job_id)).first()
        return None if row is None else job_of(row)


def job_of(row: sa.Row[Any]) -> Job:
    return Job(row.id, row.kind, row.due_ms, json.loads(row.payload), row.book_id, row.attempts)
