"""A table of figures beside their floors."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of (what, ours, floor, ratio, aim)."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def add(self, what: str, ours: float, unit: str, *, floor: float | None = None, aim: str = "") -> None:
        """Add a figure, with its floor in the same unit if there is one."""
        beside = "" if floor is None else f"{floor:,.2f} {unit}"
        ratio = "" if not floor else f"{ours / floor:.1f} x"
        self.rows.append((what, f"{ours:,.2f} {unit}", beside, ratio, aim))

    def add_rounds(self, what: str, ours: list[float], unit: str, floor: list[float], *, aim: str = "") -> None:
        """Add a figure that was measured in turns with its floor: medians, and the median of the ratios."""
        ratio = statistics.median(mine / bare for mine, bare in zip(ours, floor, strict=True))
        row = (
            what,
            f"{statistics.median(ours):,.2f} {unit}",
            f"{statistics.median(floor):,.2f} {unit}",
            f"{ratio:.2f} x" if ratio < 1 else f"{ratio:.1f} x",
            aim,
        )
        self.rows.append(row)

    def print(self) -> None:
        """Print it as Markdown."""
        head = ("what", "Outlay", "floor", "ratio", "aim")
        widths = [max(len(row[column]) for row in (head, *self.rows)) for column in range(len(head))]
        for row in (head, tuple("-" * width for width in widths), *self.rows):
            print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
