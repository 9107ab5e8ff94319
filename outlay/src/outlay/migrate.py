"""Migrates the stores of the home process to the newest schema, as soon as each is reachable."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from chassis.process.service import Service
from chassis.runtime.problems import UnavailableError
from chassis.runtime.worker import IDLE_SECONDS, Worker
from chassis.storage.schema import SchemaTooNewError

log = logging.getLogger("outlay.migrate")

_AGAIN_SECONDS = 1.0


class PendingMigrations(Worker):
    """Migrates the stores that were unreachable at the start. Until then, requests to their services get 503."""

    def __init__(self, services: Sequence[Service]) -> None:
        super().__init__("migrating")
        self._left = list(services)

    def migrate(self) -> None:
        """Migrate those whose store is reachable. Raises SchemaTooNewError, DecryptionError."""
        for service in tuple(self._left):
            try:
                service.migrate()
                service.check_keys()
            except SchemaTooNewError:
                raise
            except UnavailableError as error:
                reason = type(error.__cause__ or error).__name__
                log.warning("a store is not reachable yet; trying again", extra={"service": service.name, "reason": reason})
            else:
                self._left.remove(service)

    def run_once(self) -> float:
        """Try again."""
        if self._left:
            self.migrate()
        return _AGAIN_SECONDS if self._left else IDLE_SECONDS
