"""Shows what an import would read from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.detection import Layout, ReadingContext
from expenses.imports.readers.non_bookings import reason_left_out
from expenses.imports.readers.outlay_csv import RowReader, row_reader
from expenses.imports.readers.rows import Row, RowError, RowLeftOutError
from money import is_currency

HasRate = Callable[[str, str], bool]
"""Says whether a currency can be converted to the home currency on a day."""

FindDuplicates = Callable[[Sequence[tuple[Row, Sequence[str]]]], list[bool]]
"""Says of each row, given with its cells in the order of the file, whether an earlier import had it."""


@dataclass
class PreviewRow:
    """A row of the sample: what was read from it, or why it could not be read or is left out."""

    line: int
    cells: list[str]
    row: Row | None = None
    error: str | None = None
    left_out: str | None = None
    duplicate: bool = False


@dataclass(frozen=True)
class PreviewCurrency:
    """A currency of the sample."""

    code: str
    exists: bool
    has_rate: bool
    """Whether it can be converted on all dates of its rows."""


@dataclass(frozen=True)
class ImportPreview:
    """How a file would be read, and what would be read from the rows of the sample."""

    layout: Layout
    rows: list[PreviewRow]
    currencies: list[PreviewCurrency]


def build_preview(layout: Layout, context: ReadingContext, has_rate: HasRate, duplicates: FindDuplicates) -> ImportPreview:
    reader = row_reader(layout.mapping, context.home_currency, layout.months) if not layout.errors else None
    rows = [_read(line, cells, layout, reader) for line, cells in layout.sample]
    readable = [(entry, entry.row) for entry in rows if entry.row is not None]
    for (entry, _), known in zip(readable, duplicates([(row, entry.cells) for entry, row in readable]), strict=True):
        entry.duplicate = known
    return ImportPreview(layout, rows, _currencies(layout, rows, has_rate))


def _read(line: int, cells: list[str], layout: Layout, reader: RowReader | None) -> PreviewRow:
    entry = PreviewRow(line, cells, left_out=reason_left_out(cells, layout.non_bookings))
    if reader is not None and not entry.left_out:
        try:
            entry.row = reader.read(cells)
        except RowError as error:
            entry.error = str(error)
        except RowLeftOutError as error:
            entry.left_out = str(error)
    return entry


def _currencies(layout: Layout, rows: list[PreviewRow], has_rate: HasRate) -> list[PreviewCurrency]:
    """Return each currency of the sample, whether it exists, and whether there is an exchange rate on all of its dates."""
    days: dict[str, set[str]] = {}
    at = layout.mapping.columns.get("currency", -1)
    for entry in rows:
        row, named = entry.row, entry.cells[at].strip() if 0 <= at < len(entry.cells) else ""
        if row is not None:
            days.setdefault(row.currency, set()).add(row.spent_on)
        elif named and not entry.left_out and currency_of(named, layout.mapping.currency or "") is None:
            days.setdefault(named[:20], set())
    return [
        PreviewCurrency(code, is_currency(code), bool(found) and all(has_rate(code, day) for day in found))
        for code, found in days.items()
    ]
