"""Forgets what is no longer needed, once an hour."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chassis.runtime.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chassis.process.service import Service

log = logging.getLogger("outlay.tidying")

_TIDY_SECONDS = 3600.0
_FIRST_SECONDS = 60.0
"""So that a machine that is switched off every evening is tidied too."""


class Cleanup(Worker):
    """Tidies some services' stores."""

    def __init__(self, services: Sequence[Service]) -> None:
        """Begin nothing yet."""
        super().__init__("tidying")
        self._services, self._begun = tuple(services), False

    def work_off(self) -> float:
        """Tidy each service; what fails is tried again in an hour."""
        if not self._begun:
            self._begun = True
            return _FIRST_SECONDS
        for service in self._services:
            try:
                service.clean_up()
            except Exception as error:  # tidying can wait
                log.warning("tidying fails", extra={"service": service.name, "reason": str(error)})
        return _TIDY_SECONDS
