"""Counts how often the same row came in a file, in eight bytes a row: a file may have a million."""

from __future__ import annotations

from array import array

_FULL = 0.6


class Occurrences:
    """A hash table of whole numbers other than 0 in one flat array; only those that came more than once cost more."""

    def __init__(self) -> None:
        self._mask = (1 << 12) - 1
        self._slots = array("q", bytes(8 << 12))
        self._filled = 0
        self._repeated: dict[int, int] = {}

    def count(self, number: int) -> int:
        """Note a number; return how often it has come, this time included."""
        if self._put(number):
            self._filled += 1
            if self._filled > _FULL * self._mask:
                self._grow()
            return 1
        times = self._repeated[number] = self._repeated.get(number, 1) + 1
        return times

    def _put(self, number: int) -> bool:
        slots, mask = self._slots, self._mask
        at = number & mask
        while slots[at]:
            if slots[at] == number:
                return False
            at = (at + 1) & mask
        slots[at] = number
        return True

    def _grow(self) -> None:
        kept = self._slots
        self._mask = (self._mask << 1) | 1
        self._slots = array("q", bytes(8 * (self._mask + 1)))
        for number in kept:
            if number:
                self._put(number)
