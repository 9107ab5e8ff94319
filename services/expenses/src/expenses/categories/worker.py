"""The thread that publishes categories which an earlier version made without an event, before or during an upgrade."""

from __future__ import annotations

import time

from chassis.runtime.worker import IDLE_SECONDS, Worker
from expenses.categories.events import CategoryPublisher

_OFTEN_SECONDS, _UPGRADE_SECONDS = 2.0, 1800.0
"""During an upgrade older processes still make categories, and a budget on a new category waits five seconds for its event."""


class CategoryWorker(Worker):
    """Looks often in the first half hour, since an upgrade replaces processes one by one, and seldom afterwards."""

    def __init__(self, publisher: CategoryPublisher) -> None:
        super().__init__("announcer:expenses")
        self._publisher, self._upgraded_at = publisher, time.monotonic() + _UPGRADE_SECONDS

    def run_once(self) -> float:
        """Publish what was not published yet; return the seconds until there may be more."""
        self._publisher.catch_up()
        return _OFTEN_SECONDS if time.monotonic() < self._upgraded_at else IDLE_SECONDS
