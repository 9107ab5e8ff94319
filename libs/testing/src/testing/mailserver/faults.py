"""What the server was told to do wrong, and for how many requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

KINDS = (
    "none",
    "slow",
    "slow_before",
    "refuse_429",
    "refuse_400",
    "refuse_401",
    "refuse_413",
    "down_500",
    "down_502",
    "down_503",
    "drop_before",
    "drop_after_accept",
)


@dataclass(frozen=True)
class Fault:
    """One way to misbehave. `slow` accepts and then keeps the answer back, `slow_before` stands still before it accepts."""

    kind: str = "none"
    seconds: float = 0.0
    retry_after: str = ""
    """The header Retry-After: seconds, or an HTTP date."""
    reset: str = ""
    """The header X-RateLimit-Reset."""
    everywhere: bool = False
    """Whether it holds for the activity API too."""


class Faults:
    """The fault of the moment."""

    def __init__(self) -> None:
        """Begin without one."""
        self._lock = threading.Lock()
        self._fault, self._left = Fault(), None

    _left: int | None

    def set(self, order: dict[str, Any]) -> None:
        """Take an order such as {"kind": "slow", "seconds": 3, "times": 1}; without `times` it holds until the next one.

        Raises:
            ValueError: if it cannot be understood.
        """
        known = {"kind", "seconds", "times", "retry_after", "reset", "everywhere"}
        if order.get("kind") not in KINDS or set(order) - known:
            raise ValueError(f"a fault has a kind of {', '.join(KINDS)} and may have {', '.join(sorted(known - {'kind'}))}")
        fault = Fault(
            kind=str(order["kind"]),
            seconds=float(order.get("seconds", 0)),
            retry_after=str(order.get("retry_after", "")),
            reset=str(order.get("reset", "")),
            everywhere=bool(order.get("everywhere", False)),
        )
        with self._lock:
            self._fault, self._left = fault, int(order["times"]) if order.get("times") else None

    def take(self, *, sending: bool) -> Fault:
        """Return the fault that this request gets."""
        with self._lock:
            if not (sending or self._fault.everywhere):
                return Fault()
            fault = self._fault
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    self._fault, self._left = Fault(), None
            return fault
