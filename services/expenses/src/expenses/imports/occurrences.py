"""Counts how often the same row came in a file, in 16 bytes a row: a file may have a million."""

from __future__ import annotations

from array import array

_FULL = 0.6
_ONCE = (1, 1)


class Occurrences:
    """A hash table of whole numbers other than 0 in flat arrays; only those that occur more than once cost more.

    A row has two numbers: of its meaning, and of its line. Equal lines have the same meaning, so a line is new if its meaning is,
    and one table is enough.
    """

    def __init__(self) -> None:
        self._resize(1 << 12)
        self._filled = 0
        self._repeated: dict[int, int] = {}
        self._repeated_lines: dict[int, int] = {}

    def count(self, number: int, line: int) -> tuple[int, int]:
        """Note a row; return how often it has come, and how often its line has, this time included."""
        slots, mask = self._slots, self._mask
        at = number & mask
        while found := slots[at]:
            if found == number:
                return self._again(number, line, self._lines[at])
            at = (at + 1) & mask
        slots[at], self._lines[at] = number, line
        self._filled += 1
        if self._filled > _FULL * mask:
            self._grow()
        return _ONCE

    def _again(self, number: int, line: int, first_line: int) -> tuple[int, int]:
        times = self._repeated[number] = self._repeated.get(number, 1) + 1
        line_times = self._repeated_lines[line] = self._repeated_lines.get(line, int(line == first_line)) + 1
        return times, line_times

    def _grow(self) -> None:
        kept, kept_lines = self._slots, self._lines
        self._resize(2 * len(kept))
        slots, lines, mask = self._slots, self._lines, self._mask
        for number, line in zip(kept, kept_lines, strict=True):
            if number:
                at = number & mask
                while slots[at]:
                    at = (at + 1) & mask
                slots[at], lines[at] = number, line

    def _resize(self, size: int) -> None:
        self._slots, self._lines, self._mask = array("q", bytes(8 * size)), array("q", bytes(8 * size)), size - 1
