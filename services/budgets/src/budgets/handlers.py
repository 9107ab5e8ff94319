"""The operations of openapi.yaml."""

from __future__ import annotations

from datetime import date
from typing import Any

from budgets.domain.planning import Planning
from budgets.domain.ports import Owner
from budgets.domain.reading import Reading
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag


class Handlers:
    """One method for each operationId."""

    def __init__(self, planning: Planning, reading: Reading, cursors: Cursors) -> None:
        """Serve these use cases."""
        self._planning, self._reading, self._cursors = planning, reading, cursors

    def list_budgets(self, request: Request, limit: int, cursor: str | None = None) -> Response:
        """A page of budgets by name."""
        scope = f"budgets {request.caller.user_id}"
        after = self._cursors.read(scope, cursor)
        page = self._reading.budgets(_owner(request), limit=limit, after=(after[0], after[1]) if after else None)
        next_cursor = self._cursors.write(scope, list(page.next)) if page.next else None
        return {"items": page.items, "next_cursor": next_cursor}, 200, {}

    def create_budget(self, request: Request, body: dict[str, Any]) -> Response:
        """A new budget."""
        made = self._planning.create(_owner(request), body, key=request.idempotency_key)
        return made, 201, etag(made["version"])

    def get_budget(self, request: Request, budget_id: str) -> Response:
        """One budget."""
        found = self._reading.budget(_owner(request), budget_id)
        return found, 200, etag(found["version"])

    def change_budget(self, request: Request, budget_id: str, body: dict[str, Any]) -> Response:
        """A changed budget."""
        changed = self._planning.change(_owner(request), budget_id, body, version=request.expected_version)
        return changed, 200, etag(changed["version"])

    def remove_budget(self, request: Request, budget_id: str) -> Response:
        """No budget any more."""
        self._planning.remove(_owner(request), budget_id, version=request.expected_version)
        return None, 204, {}

    def list_periods(self, request: Request, budget_id: str, limit: int, cursor: str | None = None) -> Response:
        """A page of the history of a budget."""
        scope = f"periods {request.caller.user_id} {budget_id}"
        position = self._cursors.read(scope, cursor)
        before = date.fromisoformat(position[0]) if position else None
        page = self._reading.periods(_owner(request), budget_id, limit=limit, before=before)
        next_cursor = self._cursors.write(scope, list(page.next)) if page.next else None
        return {"items": page.items, "next_cursor": next_cursor}, 200, {}


def _owner(request: Request) -> Owner:
    caller = request.caller
    return Owner(caller.user_id, caller.home_currency, caller.time_zone)
