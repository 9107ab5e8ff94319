"""The thread that announces categories which a version that announced none has made, before an upgrade or while it goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chassis.runtime.worker import IDLE_SECONDS, Worker

if TYPE_CHECKING:
    from expenses.categories.events import CategoryNews

_OFTEN_SECONDS, _UPGRADE_SECONDS = 2.0, 1800.0
"""While an upgrade goes on, older processes make categories too, and a budget on one waits five seconds for the news."""


class Announcer(Worker):
    """Looks often in the first half hour, since an upgrade replaces processes one by one, and seldom afterwards."""

    def __init__(self, news: CategoryNews) -> None:
        """Begin nothing yet."""
        super().__init__("announcer:expenses")
        self._news, self._upgraded_at = news, time.monotonic() + _UPGRADE_SECONDS

    def work_off(self) -> float:
        """Announce what is not announced yet; return the seconds until there may be more."""
        self._news.catch_up()
        return _OFTEN_SECONDS if time.monotonic() < self._upgraded_at else IDLE_SECONDS
