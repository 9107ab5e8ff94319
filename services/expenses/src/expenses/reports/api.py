"""Operations that sum expenses up or export them."""

from __future__ import annotations

from typing import Any

from chassis.web.request import Request, Response
from expenses.reports.exports import Exports
from expenses.reports.summary import Summary
from expenses.requests import caller_of, filter_arguments


class ReportApi:
    """A method for each operation."""

    def __init__(self, summary: Summary, exports: Exports) -> None:
        self._summary, self._exports = summary, exports

    def summarize_expenses(self, request: Request, by: str, **arguments: Any) -> Response:
        """Sum up."""
        return self._summary.by(caller_of(request), by, filter_arguments(arguments)), 200, {}

    def export_expenses_csv(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        """Write all expenses as CSV."""
        return self._exports.csv(caller_of(request), from_, to), 200, _attachment("text/csv; charset=utf-8", "csv")

    def export_expenses_json(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        """Write all expenses as JSON."""
        return self._exports.json(caller_of(request), from_, to), 200, _attachment("application/json", "json")


def _attachment(content_type: str, ending: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="expenses.{ending}"'}
