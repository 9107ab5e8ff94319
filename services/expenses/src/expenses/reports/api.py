"""Operations that sum expenses up or export them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from chassis.web.request import Request, Response
from expenses.entries.api import expense_body, filter_in
from expenses.imports.readers.outlay_csv import EXPORT_TITLES, export_cells
from expenses.reports.exports import ExportedExpense, ExportService
from expenses.reports.summary import Summary, SummaryLine, SummaryService

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Pages = Iterator[list[ExportedExpense]]


class ReportApi:
    """A method for each operation."""

    def __init__(self, summary: SummaryService, exports: ExportService) -> None:
        self._summary, self._exports = summary, exports

    def summarize_expenses(self, request: Request, by: str, **arguments: Any) -> Response:
        return _summary_body(self._summary.by(request.caller, by, filter_in(arguments))), 200, {}

    def export_expenses_csv(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        pages = self._exports.pages(request.caller, _day(from_), _day(to))
        return _csv(pages), 200, _attachment("text/csv; charset=utf-8", "csv")

    def export_expenses_json(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        pages = self._exports.pages(request.caller, _day(from_), _day(to), receipts=True)
        return _json(pages), 200, _attachment("application/json", "json")


def _csv(pages: Pages) -> Iterator[bytes]:
    """Yield a CSV file, which an import reads back without a change."""
    yield _csv_text([list(EXPORT_TITLES)])
    for page in pages:
        yield _csv_text([export_cells(exported.shown.expense, exported.category or "") for exported in page])


def _csv_text(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _json(pages: Pages) -> Iterator[bytes]:
    start = b"["
    for page in pages:
        bodies = [{**expense_body(exported.shown), "category": exported.category} for exported in page]
        yield start + ",\n".join(map(_ENCODE, bodies)).encode()
        start = b",\n"
    yield b"]\n" if start != b"[" else b"[]\n"


def _summary_body(summary: Summary) -> dict[str, Any]:
    first, last = summary.filter.first, summary.filter.last
    return {
        "by": summary.by,
        "from": first and first.isoformat(),
        "to": last and last.isoformat(),
        "items": [_line_body(line) for line in summary.lines],
        "spent": summary.spent.to_wire(),
        "earned": summary.earned.to_wire(),
        "net": (summary.earned - summary.spent).to_wire(),
    }


def _line_body(line: SummaryLine) -> dict[str, Any]:
    return {
        "key": line.key or None,
        "label": line.label,
        "spent": line.spent.to_wire(),
        "earned": line.earned.to_wire(),
        "count": line.count,
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _attachment(content_type: str, ending: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="expenses.{ending}"'}
