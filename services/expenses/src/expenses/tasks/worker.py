"""A thread that finishes the tasks of processes that were killed."""

from __future__ import annotations

from chassis.runtime.worker import Worker
from expenses.tasks.service import TaskRunner

_SECONDS = 5.0


class TaskWorker(Worker):
    """Looks for abandoned tasks every few seconds."""

    def __init__(self, tasks: TaskRunner) -> None:
        super().__init__("tasks:expenses")
        self._tasks = tasks

    def run_once(self) -> float:
        """Finish abandoned tasks; return the seconds until the next look."""
        self._tasks.finish_abandoned()
        return _SECONDS
