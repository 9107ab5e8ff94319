"""Runs tasks step by step.

Each step is a short transaction that finds out by itself what comes next. So it does not matter which process goes on after a
crash, or whether two do so at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from expenses.books.model import Book
from expenses.tasks.model import Task, TaskState
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

Step = Callable[["ExpensesUnitOfWork", Book, Task], bool]
"""Takes the next step of a task; returns whether there is more to do."""

_WAIT_SECONDS, _MOST_WAITS = 0.2, 100


class TaskRunner:
    """Finishes tasks."""

    def __init__(self, store: ExpensesStore, steps: Mapping[TaskState, Step]) -> None:
        """`steps` take the next step of a task in each state, and return whether there is more to do."""
        self._store, self._steps = store, steps

    def finish(self, book_id: str, *, failed: str | None = None) -> None:
        """Finish a book's task. An import whose rows still go in is left alone, unless its id is that of the `failed` one."""
        while self._store.run(lambda uow: self._step(uow, book_id, failed)):
            pass

    def finish_abandoned(self) -> None:
        """Finish the tasks that no process works on any more."""
        with self._store.read() as uow:
            abandoned = uow.tasks.abandoned()
        for book_id in abandoned:
            self.finish(book_id)

    def begin(
        self, book_id: str, action: Callable[[ExpensesUnitOfWork], bool], pause: Callable[[float], None] = time.sleep
    ) -> bool:
        """Carry out an action that begins a task, or returns False because another task of the book is in the way.

        The other task is finished, or waited for, and the action tried again for some seconds; return whether it succeeded.
        """
        for _ in range(_MOST_WAITS):
            if self._store.run(action):
                return True
            self.finish(book_id)
            pause(_WAIT_SECONDS)
        return False

    def _step(self, uow: ExpensesUnitOfWork, book_id: str, failed: str | None) -> bool:
        book = uow.books.lock_existing(book_id)
        task = uow.tasks.find(book) if book else None
        if book is None or task is None:
            return False
        book = replace(book, author=task.author)
        if task.state is TaskState.RUNNING:
            if task.alive and task.id != failed:
                return False
            uow.tasks.put(book, replace(task, state=TaskState.REVERTING))
            return True
        return self._steps[task.state](uow, book, task)
