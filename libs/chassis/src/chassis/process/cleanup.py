"""What each process does once an hour, beside the due jobs that one of them does for all."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from chassis.process.service import Service
from chassis.runtime.worker import Worker

log = logging.getLogger("outlay.cleanup")

_INTERVAL_SECONDS = 3600.0
_FIRST_SECONDS = 60.0
"""The first cleanup comes soon, so that a machine that is switched off every evening has one too."""


class Cleanup(Worker):
    """Cleans up the stores of some services."""

    def __init__(self, services: Sequence[Service]) -> None:
        super().__init__("cleanup")
        self._services, self._begun = tuple(services), False

    def run_once(self) -> float:
        """Clean up after each service; a failure is tried again in an hour."""
        if not self._begun:
            self._begun = True
            return _FIRST_SECONDS
        for service in self._services:
            try:
                service.clean_up()
            except Exception as error:  # it can wait
                log.warning("cleanup failed", extra={"service": service.name, "reason": str(error)})
        return _INTERVAL_SECONDS
