"""Shows what an import would read from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.detection import Layout, ReadingContext
from expenses.imports.readers.encodings import EncodingCandidate
from expenses.imports.readers.non_bookings import reason_left_out
from expenses.imports.readers.outlay_csv import RowReader, row_reader
from expenses.imports.readers.rows import Row, RowError, RowLeftOutError
from money import Money, is_currency

_SHOWN_ROWS = 20
_SHOWN_CHARACTERS = 500
_SHOWN_LEFT_OUT = 100

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


def build_preview(layout: Layout, context: ReadingContext, has_rate: HasRate, duplicates: FindDuplicates) -> dict[str, Any]:
    """Return an ImportPreview."""
    reader = row_reader(layout.mapping, context.home_currency, layout.months) if not layout.errors else None
    rows = [_read(line, cells, layout, reader) for line, cells in layout.sample]
    readable = [(entry, entry.row) for entry in rows if entry.row is not None]
    for (entry, _), known in zip(readable, duplicates([(row, entry.cells) for entry, row in readable]), strict=True):
        entry.duplicate = known
    left_out = [{"line": entry.line, "reason": entry.left_out} for entry in rows if entry.left_out]
    return {
        "mapping": layout.mapping.to_wire(),
        "header": [title[:_SHOWN_CHARACTERS] for title in layout.titles],
        "rows": [_shown(entry) for entry in rows[:_SHOWN_ROWS]],
        "errors": layout.errors,
        "warnings": layout.warnings,
        "sign_certain": layout.sign_certain,
        "candidates": layout.candidates,
        "encodings": [_encoding(candidate) for candidate in layout.encodings],
        "currencies": _currencies(layout, rows, has_rate),
        "left_out": left_out[:_SHOWN_LEFT_OUT],
        "shortened": sum(row.shortened for _, row in readable),
        "duplicates": sum(entry.duplicate for entry, _ in readable),
    }


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


def _shown(entry: PreviewRow) -> dict[str, Any]:
    return {
        "line": entry.line,
        "cells": [cell[:_SHOWN_CHARACTERS] for cell in entry.cells],
        "expense": None if entry.row is None else _expense(entry.row),
        "error": entry.error,
        "left_out": entry.left_out,
        "duplicate": entry.duplicate,
    }


def _expense(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "amount": Money(row.minor, row.currency).to_wire(),
        "spent_on": row.spent_on,
        "payee": row.payee,
        "description": row.description,
        "category": row.category,
    }


def _encoding(candidate: EncodingCandidate) -> dict[str, str]:
    lines = [line for line in candidate.text.splitlines() if not line.isascii()]
    return {"encoding": candidate.encoding, "sample": "\n".join(lines[:3])[:_SHOWN_CHARACTERS]}


def _currencies(layout: Layout, rows: list[PreviewRow], has_rate: HasRate) -> list[dict[str, Any]]:
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
        {"currency": code, "known": is_currency(code), "rate": bool(found) and all(has_rate(code, day) for day in found)}
        for code, found in days.items()
    ]
