"""People who keep signing up, reading, recording expenses and leaving."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from faults.client import PASSWORD, App, GivenUpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rolling.browser import Tally

_DAY = "2026-11-20"


class Clients:
    """Threads of people who sign in, read, spend and sign out."""

    def __init__(self, app: Callable[[], App], tally: Tally, *, count: int, pause: float) -> None:
        """`app` signs up a new person; `pause` is roughly how many seconds each waits between two visits."""
        self._tally, self._pause = tally, pause
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(app, n), name=f"visitor-{n}") for n in range(count)]

    def start(self) -> Clients:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def finish(self) -> None:
        """Wait until everybody has finished their visit."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _live(self, new: Callable[[], App], number: int) -> None:
        chance = random.Random(number)
        app = new()
        with suppress(GivenUpError):  # which is in the journal
            app.join(-1)
            category = app.category(f"Visits of {number}")
            while not self._over.is_set():
                self._visit(app, category, chance)
                time.sleep(chance.uniform(0.5, 1.5) * self._pause)
        app.close()

    def _visit(self, app: App, category: str, chance: random.Random) -> None:
        app.send("POST", "session", json={"email": app.email, "password": PASSWORD})
        for path in ("users/me", "budgets", "expenses", "alerts"):
            app.read(path)
        app.spend(chance.randint(100, 900), _DAY, category, "Corner shop")
        app.send("DELETE", "session")
        self._tally.signed_in += 1
