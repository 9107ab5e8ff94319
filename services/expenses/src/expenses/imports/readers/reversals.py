"""Bookings that are marked as reversed and have a row of their own that reverses them, as PayPal does: both rows count.

Most files mark what never happened and have no second row; such a row is left out. Leaving out only one of two rows would be wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from expenses.imports.readers.non_bookings import NonBookingColumns, StateMark, failure_marks, reason_left_out
from expenses.imports.readers.rows import MappedRowReader, Row, RowError, RowLeftOutError


def reversed_marks(rows: Sequence[Sequence[str]], non_bookings: NonBookingColumns, reader: MappedRowReader) -> frozenset[StateMark]:
    """Return the marks of rows of which at least half are reversed by another booking."""
    marked = [(marks, row) for cells in rows if (marks := failure_marks(cells, non_bookings)) and (row := _read(reader, cells))]
    if not marked:
        return frozenset()
    bookings = defaultdict(list)
    for cells in rows:
        if reason_left_out(cells, non_bookings) is None and (row := _read(reader, cells)):
            bookings[row.minor, row.currency].append(row)
    said, reversed_ = Counter[StateMark](), Counter[StateMark]()
    for marks, row in marked:
        candidates = bookings[row.minor, row.currency]
        reversal = next((other for other in candidates if _reverses(row, other)), None)
        said.update(marks)
        if reversal is not None:
            candidates.remove(reversal)
            reversed_.update(marks)
    return frozenset(mark for mark, times in reversed_.items() if 2 * times >= said[mark])


def _reverses(row: Row, other: Row) -> bool:
    """Say whether a row of the same amount gives back what another row took."""
    if row.kind == other.kind or other.spent_on < row.spent_on:
        return False
    one, two = ((entry.payee or entry.description).casefold() for entry in (row, other))
    return one in two or two in one


def _read(reader: MappedRowReader, cells: Sequence[str]) -> Row | None:
    try:
        return reader.read(cells)
    except (RowError, RowLeftOutError):
        return None
