"""Rows of tasks."""

from __future__ import annotations

import json
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.tables import held_event, import_job, import_mapping, person
from expenses.tasks.model import Conversion, Task, TaskState

_ALIVE_MS = 15_000
_FIND = Prepared(
    sa.select(
        import_job.c.import_id,
        import_job.c.state,
        import_job.c.categories,
        import_job.c.conversion,
        import_job.c.alive_until_ms,
        import_job.c.author,
    ).where(import_job.c.owner == sa.bindparam("of_owner"))
)


class TaskRepository:
    """Tasks within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, book: Book) -> Task | None:
        row = _FIND.first(self._connection, of_owner=book.number)
        if row is None:
            return None
        task_id, state, categories, conversion, alive_until_ms, author = row
        return Task(
            task_id,
            TaskState(state),
            tuple(json.loads(categories)),
            alive=alive_until_ms >= now_ms(),
            conversion=Conversion(**json.loads(conversion)) if conversion else None,
            author=author,
        )

    def put(self, book: Book, task: Task) -> None:
        """Store a task, of the book's author, in place of the one before; it counts as alive for some seconds from now."""
        values = {
            "import_id": task.id,
            "state": task.state.value,
            "categories": json.dumps(task.categories),
            "conversion": json.dumps(asdict(task.conversion)) if task.conversion else None,
            "alive_until_ms": now_ms() + _ALIVE_MS,
            "author": book.author,
        }
        changed = self._connection.execute(import_job.update().where(import_job.c.owner == book.number).values(values))
        if changed.rowcount == 0:
            self._connection.execute(import_job.insert(), {"owner": book.number, **values})

    def remove(self, book: Book) -> None:
        """Delete the task of a book, and the events that it still holds."""
        for table in (held_event, import_job):
            self._connection.execute(table.delete().where(table.c.owner == book.number))

    def abandoned(self) -> list[str]:
        """Return the books with tasks that no process works on any more."""
        query = sa.select(person.c.user_id).join(import_job, import_job.c.owner == person.c.number)
        return list(self._connection.execute(query.where(import_job.c.alive_until_ms < now_ms())).scalars())


def delete_ownerless(connection: Connection) -> None:
    """Delete what an older version, which does not know these tables, left of accounts that it erased."""
    for table in (import_job, held_event, import_mapping):
        known = sa.exists().where(person.c.number == table.c.owner)
        connection.execute(table.delete().where(~known))
