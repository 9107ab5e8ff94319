"""The load during faults: people who play scenarios, which are recorded in the journal."""

from __future__ import annotations

import queue
import random
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from faults.client import App, GivenUpError
from faults.scenarios import PlayScenario, chosen, open_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from faults.journal import Journal
    from testing.clients.inbox import Inbox

_CROSSINGS = {"quiet": 0, "corrected_before": 0, "fleeting": 0, "tipped_twice": 2}
_PER_PERSON = 40
_NEWCOMERS = 0.04


class Load:
    """Threads that play the planned scenarios."""

    def __init__(
        self,
        url: str,
        journal: Journal,
        *,
        inbox: Inbox,
        seed: int,
        threads: int = 4,
        patience: float = 180,
        skewed: Callable[[], bool] = lambda: False,
        transport: Callable[[], httpx.BaseTransport | None] = lambda: None,
    ) -> None:
        """Start nothing yet; `inbox` is where people read their emails."""
        self._inbox = inbox
        self._url, self._journal, self._patience, self._skewed, self._transport = url, journal, patience, skewed, transport
        self._chance = random.Random(seed)
        self._waiting: queue.Queue[tuple[int, PlayScenario, int, random.Random] | None] = queue.Queue()
        self._people: list[App] = []
        self._threads = [threading.Thread(target=self._live, name=f"load-{n}", daemon=True) for n in range(threads)]
        self.planned = 0
        self._scenarios = 0

    def start(self, *, crossings: int) -> None:
        """Sign up as many people as the budgets need, and start."""
        for _ in range(crossings // _PER_PERSON + 2):
            self._people.append(self._app().join(-1).verify(self._inbox))
        for thread in self._threads:
            thread.start()

    def plan(self, crossings: int, *, fault: int) -> None:
        """Plan scenarios until they come to so many crossings."""
        wanted = self.planned + crossings
        while self.planned < wanted:
            scenario = chosen(self._chance)
            self.planned += _CROSSINGS.get(scenario.__name__, 1)
            self._scenarios += 1
            self._waiting.put((self._scenarios, scenario, fault, random.Random(self._chance.random())))

    def finish(self) -> None:
        """Wait until all scenarios are over."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def waiting(self) -> int:
        """The number of scenarios that have not started."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Close everybody's connections."""
        for app in self._people:
            app.close()

    @property
    def people(self) -> list[App]:
        """Everybody who signed up."""
        return list(self._people)

    def newcomer(self, fault: int) -> App:
        """Sign up another person."""
        app = self._app().join(fault).verify(self._inbox)
        self._people.append(app)
        return app

    def _app(self) -> App:
        return App(self._url, self._journal, patience=self._patience, skewed=self._skewed, transport=self._transport())

    def _live(self) -> None:
        while (task := self._waiting.get()) is not None:
            number, scenario, fault, chance = task
            with suppress(GivenUpError):  # which is in the journal
                try:
                    app = self.newcomer(fault) if chance.random() < _NEWCOMERS else chance.choice(self._people)
                    scenario(open_scenario(app, f"Budget {number}", scenario, fault=fault, chance=chance, patience=self._patience))
                except GivenUpError:
                    raise
                except Exception as error:  # a fault of the suite or of the load; in any case somebody has to look
                    self._journal.bug(f"scenario {number} ({scenario.__name__}) broke: {error!r}")
