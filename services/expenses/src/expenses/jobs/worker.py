"""A thread that finishes what imports left when their process was killed."""

from __future__ import annotations

from chassis.runtime.worker import Worker
from expenses.jobs.service import ImportSettling

_SECONDS = 5.0


class ImportWorker(Worker):
    """Looks for abandoned imports every few seconds."""

    def __init__(self, settling: ImportSettling) -> None:
        super().__init__("imports:expenses")
        self._settling = settling

    def work_off(self) -> float:
        """Finish what nobody is at work on."""
        self._settling.sweep()
        return _SECONDS
