"""Operations on expenses: record, list, read, change, delete and restore them."""

from __future__ import annotations

from typing import Any

from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag
from expenses.entries.service import Ledger
from expenses.entries.suggestions import Suggestions
from expenses.entries.trash import Trash
from expenses.paging import page_body
from expenses.requests import caller_of, filter_arguments, repeat_of


class ExpenseApi:
    """A method for each operation."""

    def __init__(self, ledger: Ledger, trash: Trash, suggestions: Suggestions, cursors: Cursors) -> None:
        self._ledger, self._trash, self._suggestions, self._cursors = ledger, trash, suggestions, cursors

    def list_expenses(self, request: Request, sort: str, limit: int, cursor: str | None = None, **arguments: Any) -> Response:
        """List expenses."""
        scope = f"expenses {request.caller.user_id} {sort}"
        page = self._ledger.page(caller_of(request), filter_arguments(arguments), sort, limit, self._cursors.read(scope, cursor))
        return page_body(page, scope, self._cursors), 200, {}

    def create_expense(self, request: Request, body: dict[str, Any]) -> Response:
        """Record an expense."""
        made = self._ledger.record(caller_of(request), body, repeat_of(request, "createExpense", body))
        return made, 201, etag(made["version"])

    def get_expense(self, request: Request, expense_id: str) -> Response:
        """Read one expense."""
        found = self._ledger.get(caller_of(request), expense_id)
        return found, 200, etag(found["version"])

    def change_expense(self, request: Request, expense_id: str, body: dict[str, Any]) -> Response:
        """Change an expense."""
        changed = self._ledger.change(caller_of(request), expense_id, request.expected_version, body)
        return changed, 200, etag(changed["version"])

    def remove_expense(self, request: Request, expense_id: str) -> Response:
        """Delete an expense."""
        self._trash.remove(caller_of(request), expense_id, request.expected_version)
        return None, 204, {}

    def restore_expense(self, request: Request, expense_id: str) -> Response:
        """Restore a deleted expense."""
        restored = self._trash.restore(caller_of(request), expense_id)
        return restored, 200, etag(restored["version"])

    def suggest_category(self, request: Request, payee: str) -> Response:
        """Suggest the category of a payee."""
        return {"category_id": self._suggestions.category(caller_of(request), payee)}, 200, {}
