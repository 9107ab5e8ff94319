"""Bookings that a file marks as reversed and takes back by a row of their own, as PayPal does: both rows count.

Most files mark what never happened, and have no second row; such a row is left out. To leave out only one of two would be wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from expenses.imports.readers.non_bookings import NonBookingColumns, StateMark, failure_marks, reason_left_out
from expenses.imports.readers.rows import MappedRowReader, Row, RowError, RowLeftOutError


def reversed_marks(rows: Sequence[Sequence[str]], non_bookings: NonBookingColumns, reader: MappedRowReader) -> frozenset[StateMark]:
    """Return what is said of rows of which at least half have their contrary among the bookings."""
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
        contrary = next((other for other in candidates if _is_contrary(row, other)), None)
        said.update(marks)
        if contrary is not None:
            candidates.remove(contrary)
            reversed_.update(marks)
    return frozenset(mark for mark, times in reversed_.items() if 2 * times >= said[mark])


def _is_contrary(row: Row, other: Row) -> bool:
    """Say whether a row of the same amount gives back what another one took."""
    if row.kind == other.kind or other.spent_on < row.spent_on:
        return False
    one, two = ((entry.payee or entry.description).casefold() for entry in (row, other))
    return one in two or two in one


def _read(reader: MappedRowReader, cells: Sequence[str]) -> Row | None:
    try:
        return reader.read(cells)
    except (RowError, RowLeftOutError):
        return None
