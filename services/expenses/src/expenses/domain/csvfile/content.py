"""Guesses what the columns of a file mean from what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from expenses.domain.csvfile.amounts import amount_reader
from expenses.domain.csvfile.dates import formats_of
from money import is_currency

_MOST = 0.9
"""Share of a column's cells that must be alike; bank files have odd rows among the others."""

Rows = Sequence[Sequence[str]]


def column(rows: Rows, index: int) -> list[str]:
    """Return the filled cells of a column."""
    return [cell for row in rows if len(row) > index and (cell := row[index].strip())]


def columns_by_content(rows: Rows) -> dict[str, int]:
    """Return field to column: the first days, the first amounts with decimals, the currencies, then the texts in their order."""
    cells = [column(rows, index) for index in range(max(map(len, rows), default=0))]
    found: dict[str, int] = {}
    dates = [index for index, filled in enumerate(cells) if _is_date(filled)]
    numbers = [index for index, filled in enumerate(cells) if index not in dates and _is_amount(filled)]
    codes = [index for index, filled in enumerate(cells) if filled and all(map(is_currency, filled))]
    texts = [index for index, filled in enumerate(cells) if filled and index not in {*dates, *numbers, *codes}]
    exact = [index for index in numbers if any("." in cell or "," in cell for cell in cells[index])]
    candidates = {"date": dates, "amount": exact or numbers, "currency": codes, "payee": texts, "description": texts[1:]}
    for name, columns in candidates.items():
        if columns:
            found[name] = columns[0]
    return found


def _is_date(filled: Sequence[str]) -> bool:
    return bool(filled) and bool(formats_of(filled, locale=""))


def _is_amount(filled: Sequence[str]) -> bool:
    return bool(filled) and any(
        sum(read(cell) is not None for cell in filled) >= _MOST * len(filled) for read in map(amount_reader, ".,")
    )


def has_header(rows: Rows) -> bool:
    """Say whether the first of some rows is a line of titles: it has no amount where the rows below have them."""
    if len(rows) < 2:  # noqa: PLR2004
        return False
    guess = columns_by_content(rows[1:])
    first = rows[0]
    return any(
        name in guess and guess[name] < len(first) and not looks([first[guess[name]].strip()])
        for name, looks in (("date", _is_date), ("amount", _is_amount))
    )
