"""Shows what an import would make of a file."""

from __future__ import annotations

from typing import Any

from expenses.domain.csvfile.layout import Layout, Reader
from expenses.domain.csvfile.rows import Row, RowError, RowReader
from money import Money

_SHOWN_ROWS = 20
_SHOWN_CHARACTERS = 500


def preview_of(layout: Layout, reader: Reader) -> dict[str, Any]:
    """Return an ImportPreview."""
    rows = RowReader(layout.mapping, reader.home_currency) if not layout.errors else None
    shown = [_shown(line, cells, rows) for line, cells in layout.sample[:_SHOWN_ROWS]]
    return {
        "mapping": layout.mapping.to_wire(),
        "header": [title[:_SHOWN_CHARACTERS] for title in layout.titles],
        "rows": shown,
        "errors": layout.errors,
        "warnings": layout.warnings,
    }


def _shown(line: int, cells: list[str], rows: RowReader | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"line": line, "cells": [cell[:_SHOWN_CHARACTERS] for cell in cells], "expense": None, "error": None}
    if rows is not None:
        try:
            shown["expense"] = _understood(rows.read(cells))
        except RowError as error:
            shown["error"] = str(error)
    return shown


def _understood(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "amount": Money(row.minor, row.currency).to_wire(),
        "spent_on": row.spent_on,
        "payee": row.payee,
        "description": row.description,
        "category": row.category,
    }
