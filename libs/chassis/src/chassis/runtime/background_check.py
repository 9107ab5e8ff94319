"""Looks after something that may take long to answer, so that nobody who asks how it is has to wait for it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from chassis.runtime.problems import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

_FRESH_SECONDS = 10.0
_PATIENCE_SECONDS = 1.0


class BackgroundCheck:
    """A check that is made in the background; what it said last is good for ten seconds, and a slow one counts as failing."""

    def __init__(
        self,
        check: Callable[[], object],
        *,
        fresh: float = _FRESH_SECONDS,
        patience: float = _PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask nothing yet."""
        self._check, self._fresh, self._patience, self._monotonic = check, fresh, patience, monotonic
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._answered = threading.Event()
        self._answered.set()
        self._error: Exception | None = None

    def begin(self) -> None:
        """Begin to ask, unless that is done already or the last answer is still good."""
        with self._lock:
            if self._answered.is_set() and self._monotonic() - self._asked_at >= self._fresh:
                self._asked_at = self._monotonic()
                self._answered.clear()
                threading.Thread(target=self._ask, name="watching", daemon=True).start()

    def __call__(self) -> None:
        """Raise what the check raised, or UnavailableError while it does not answer."""
        self.begin()
        if not self._answered.wait(self._patience):
            message = "it does not answer"
            raise UnavailableError(message)
        if self._error is not None:
            raise self._error

    def _ask(self) -> None:
        try:
            self._check()
            self._error = None
        except Exception as error:
            self._error = error
        finally:
            self._answered.set()
