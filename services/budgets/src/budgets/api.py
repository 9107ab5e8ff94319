"""The operations of openapi.yaml."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from budgets.errors import InvalidBudgetError
from budgets.model import BudgetView, Rollover
from budgets.periods import Cycle
from budgets.queries import BudgetQueries
from budgets.service import BudgetChange, BudgetService, NewBudget, amount_problem, currency_problem, name_problems
from budgets.wire import budget_json, period_json
from chassis.runtime.idempotency import StoredResponse
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag
from money import Money, MoneyError, is_currency


class BudgetsApi:
    """One method for each operationId."""

    def __init__(self, service: BudgetService, queries: BudgetQueries, cursors: Cursors) -> None:
        self._service, self._queries, self._cursors = service, queries, cursors

    def list_budgets(self, request: Request, limit: int, cursor: str | None = None) -> Response:
        """Return a page of budgets by name."""
        scope = f"budgets {request.caller.book_id}"
        after = self._cursors.read(scope, cursor)
        views, end = self._queries.page(request.caller, limit=limit, after=(after[0], after[1]) if after else None)
        next_cursor = self._cursors.write(scope, list(end)) if end else None
        return {"items": [budget_json(view) for view in views], "next_cursor": next_cursor}, HTTPStatus.OK, {}

    def create_budget(self, request: Request, body: dict[str, Any]) -> Response:
        new = _new_budget(body, request.caller.home_currency)
        key = request.idempotency("createBudget", body)
        stored = self._service.create(request.caller, new, key=key, respond=_created)
        # Responses that version 0.1 stored have the body alone.
        return stored.body, stored.status or HTTPStatus.CREATED, stored.headers or etag(stored.body["version"])

    def get_budget(self, request: Request, budget_id: str) -> Response:
        return _ok(self._queries.get(request.caller, budget_id))

    def change_budget(self, request: Request, budget_id: str, body: dict[str, Any]) -> Response:
        version, change = request.expected_version, _change(body, request.caller.home_currency)
        return _ok(self._service.change(request.caller, budget_id, change, version=version))

    def remove_budget(self, request: Request, budget_id: str) -> Response:
        self._service.remove(request.caller, budget_id, version=request.expected_version)
        return None, HTTPStatus.NO_CONTENT, {}

    def list_periods(self, request: Request, budget_id: str, limit: int, cursor: str | None = None) -> Response:
        scope = f"periods {request.caller.book_id} {budget_id}"
        position = self._cursors.read(scope, cursor)
        before = date.fromisoformat(position[0]) if position else None
        entries, end = self._queries.periods(request.caller, budget_id, limit=limit, before=before)
        next_cursor = self._cursors.write(scope, [end.isoformat()]) if end else None
        return {"items": [period_json(*entry) for entry in entries], "next_cursor": next_cursor}, HTTPStatus.OK, {}


def _ok(view: BudgetView) -> Response:
    return budget_json(view), HTTPStatus.OK, etag(view.budget.version)


def _created(view: BudgetView) -> StoredResponse:
    return StoredResponse(budget_json(view), HTTPStatus.CREATED.value, etag(view.budget.version))


def _new_budget(body: dict[str, Any], home_currency: str) -> NewBudget:
    return NewBudget(**_fields(body, home_currency))


def _change(body: dict[str, Any], home_currency: str) -> BudgetChange:
    return BudgetChange(**_fields(body, home_currency))


def _fields(body: dict[str, Any], home_currency: str) -> dict[str, Any]:
    """Return what a body gives, by the names of NewBudget and BudgetChange. Raises InvalidBudgetError."""
    fields = {field: parse(body[name]) for name, (field, parse) in _PARSERS.items() if name in body}
    if "amount" in body:
        fields["amount"] = _amount(body["amount"], home_currency, name=fields.get("name"))
    return fields


_PARSERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", lambda name: unicodedata.normalize("NFC", name.strip())),
    "category_ids": ("category_ids", tuple),
    "period": ("cycle", Cycle),
    "starts_on": ("starts_on", date.fromisoformat),
    "thresholds": ("thresholds", tuple),
    "rollover": ("rollover", Rollover),
}


def _amount(wire: dict[str, str], home_currency: str, *, name: str | None) -> Money:
    try:
        return Money.from_wire(wire)
    except MoneyError as error:
        in_home_currency = wire["currency"] == home_currency and is_currency(home_currency)
        problem = amount_problem(str(error)) if in_home_currency else currency_problem(home_currency)
        raise InvalidBudgetError([*name_problems(name), problem]) from error
