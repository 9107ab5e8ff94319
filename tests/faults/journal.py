"""What was acknowledged to clients and what must follow from it, kept outside the system for the audit."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spent:
    """An expense as it was last acknowledged."""

    user_id: str
    category_id: str
    day: str
    minor: int


@dataclass
class Promise:
    """A budget, and how many alerts its owner must get."""

    budget_id: str
    user_id: str
    name: str
    scenario: str
    fault: int
    """Number of the fault that was active when the scenario began; -1 before the first and after the last."""
    least: int = 0
    most: int = 0
    withdrawn: int = 0
    """How many of the alerts have to end as withdrawn."""
    tipped_at: float = 0.0
    """Seconds since 1970 of the acknowledgement that made the promise."""


@dataclass(frozen=True)
class Imported:
    """An import as it was acknowledged: its rows as (payee, day, minor units)."""

    user_id: str
    import_id: str
    category: str
    rows: tuple[tuple[str, str, int], ...]
    fault: int
    exceeds: str = ""
    """The budget that it takes over its limit, which the mail about the import has to name."""


@dataclass
class Journal:
    """Everything that was acknowledged to clients. Several threads write it."""

    expenses: dict[str, Spent] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    imports: list[Imported] = field(default_factory=list)
    promises: dict[str, Promise] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    """Category id to user id."""
    users: dict[str, int] = field(default_factory=dict)
    """User id to the number of the fault that was active when the account was made."""
    bugs: list[str] = field(default_factory=list)
    """What no fault excuses, such as a 4xx for a request that is right."""
    repeats: int = 0
    """Requests that had to be sent again."""
    turned_away: int = 0
    """401 while the clock of a process was wrong."""
    writes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def joined(self, user_id: str, fault: int) -> None:
        """Record an account."""
        with self._lock:
            self.users[user_id] = fault
            self.writes += 1

    def categorised(self, user_id: str, category_id: str) -> None:
        """Record a category."""
        with self._lock:
            self.categories[category_id] = user_id
            self.writes += 1

    def promised(self, promise: Promise) -> Promise:
        """Record a budget."""
        with self._lock:
            self.promises[promise.budget_id] = promise
            self.writes += 1
        return promise

    def spent(self, user_id: str, expense: dict[str, Any]) -> None:
        """Record an expense as it was added or changed."""
        minor = round(float(expense["home_amount"]["amount"]) * 100)
        with self._lock:
            self.expenses[expense["id"]] = Spent(user_id, expense["category_id"], expense["spent_on"], minor)
            self.writes += 1

    def deleted(self, expense_id: str) -> None:
        """Record that an expense was deleted."""
        with self._lock:
            del self.expenses[expense_id]
            self.removed.add(expense_id)
            self.writes += 1

    def imported(self, imported: Imported) -> None:
        """Record an import."""
        with self._lock:
            self.imports.append(imported)
            self.writes += 1

    def expect_alert(self, promise: Promise, *, least: int = 1, most: int = 1, withdrawn: int = 0) -> None:
        """Record that the owner of a budget must, or may, get one more alert."""
        with self._lock:
            promise.least += least
            promise.most += most
            promise.withdrawn += withdrawn
            promise.tipped_at = time.time()

    def bug(self, what: str) -> None:
        """Record a bug: what no fault excuses."""
        with self._lock:
            self.bugs.append(what)

    def repeated(self) -> None:
        """Count a request that was sent again."""
        with self._lock:
            self.repeats += 1

    def was_refused(self) -> None:
        """Count a 401 caused by a wrong clock."""
        with self._lock:
            self.turned_away += 1
