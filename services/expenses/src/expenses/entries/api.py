"""Operations on expenses: record, list, read, change, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from chassis.runtime.idempotency import StoredResponse
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag
from expenses.entries.draft import UNCHANGED, ExpenseDraft, ExpensePatch
from expenses.entries.filter import ExpenseFilter, FilterRequest
from expenses.entries.model import EXPENSE, clean_tags, one_line
from expenses.entries.service import ExpenseService, ExpenseWithReceipts
from expenses.entries.suggestions import CategorySuggestions
from expenses.entries.trash import TrashService
from expenses.errors import InvalidExpenseError, problem
from expenses.moments import instant
from expenses.receipts.api import receipt_body
from expenses.requests import created, page_body
from money import Money, MoneyError

_TEXTS: dict[str, Callable[[str], str]] = {"payee": one_line, "description": str.strip, "note": str.strip}


class ExpenseApi:
    """A method for each operation."""

    def __init__(self, expenses: ExpenseService, trash: TrashService, suggestions: CategorySuggestions, cursors: Cursors) -> None:
        self._expenses, self._trash, self._suggestions, self._cursors = expenses, trash, suggestions, cursors

    def list_expenses(self, request: Request, sort: str, limit: int, cursor: str | None = None, **arguments: Any) -> Response:
        scope = f"expenses {request.caller.book_id} {sort}"
        after = self._cursors.read(scope, cursor)
        page = self._expenses.page(request.caller, filter_in(arguments), sort, limit, after)
        return page_body(page, expense_body, scope, self._cursors), 200, {}

    def create_expense(self, request: Request, body: dict[str, Any]) -> Response:
        key = request.idempotency("createExpense", body)
        return created(self._expenses.record(request.caller, _draft_in(body), key, _recorded))

    def get_expense(self, request: Request, expense_id: str) -> Response:
        return _found(self._expenses.get(request.caller, expense_id))

    def change_expense(self, request: Request, expense_id: str, body: dict[str, Any]) -> Response:
        version = request.expected_version
        return _found(self._expenses.change(request.caller, expense_id, version, _patch_in(body)))

    def remove_expense(self, request: Request, expense_id: str) -> Response:
        self._trash.remove(request.caller, expense_id, request.expected_version)
        return None, 204, {}

    def restore_expense(self, request: Request, expense_id: str) -> Response:
        return _found(self._trash.restore(request.caller, expense_id))

    def suggest_category(self, request: Request, payee: str) -> Response:
        return {"category_id": self._suggestions.category(request.caller, one_line(payee))}, 200, {}


def expense_body(shown: ExpenseWithReceipts) -> dict[str, Any]:
    expense = shown.expense
    amount, created_at = expense.amount.to_wire(), instant(expense.created_at)
    return {
        "id": expense.id,
        "kind": expense.kind,
        "amount": amount,
        "home_amount": amount if expense.home_amount == expense.amount else expense.home_amount.to_wire(),
        "spent_on": expense.spent_on.isoformat(),
        "payee": expense.payee,
        "description": expense.description,
        "category_id": expense.category_id,
        "tags": list(expense.tags),
        "note": expense.note,
        "receipts": [receipt_body(receipt) for receipt in shown.receipts],
        "import_id": expense.import_id,
        "version": expense.version,
        "created_at": created_at,
        "updated_at": created_at if expense.updated_at == expense.created_at else instant(expense.updated_at),
    }


def filter_in(arguments: dict[str, Any]) -> FilterRequest:
    category = arguments.get("category")
    wanted = ExpenseFilter(
        first=_day(arguments.get("from_")),
        last=_day(arguments.get("to")),
        categories=() if category is None else tuple(category.split(",")),
        payee=_name(arguments.get("payee")),
        text=arguments.get("text"),
        tag=_name(arguments.get("tag")),
        currency=arguments.get("currency"),
        kind=arguments.get("kind"),
        import_id=arguments.get("import_id", arguments.get("import_")),
    )
    return FilterRequest(wanted, arguments.get("min_"), arguments.get("max_"))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _name(text: str | None) -> str | None:
    return None if text is None else one_line(text)


def _draft_in(body: dict[str, Any]) -> ExpenseDraft:
    return ExpenseDraft(
        amount=_money_at(body, "amount"),
        home_amount=_money_at(body, "home_amount") if "home_amount" in body else None,
        spent_on=date.fromisoformat(body["spent_on"]),
        kind=body.get("kind", EXPENSE),
        category_id=body.get("category_id"),
        tags=clean_tags(body.get("tags", ())),
        **{name: clean(body[name]) for name, clean in _TEXTS.items() if name in body},
    )


def _patch_in(body: dict[str, Any]) -> ExpensePatch:
    return ExpensePatch(
        amount=_money_at(body, "amount") if "amount" in body else None,
        home_amount=_money_at(body, "home_amount") if "home_amount" in body else None,
        spent_on=_day(body.get("spent_on")),
        kind=body.get("kind"),
        category_id=body.get("category_id", UNCHANGED),
        tags=clean_tags(body["tags"]) if "tags" in body else None,
        **{name: clean(body[name]) for name, clean in _TEXTS.items() if name in body},
    )


def _money_at(body: dict[str, Any], name: str) -> Money:
    """Read an amount above zero; raises InvalidExpenseError."""
    try:
        money = Money.from_wire(body[name])
    except MoneyError as error:
        place = "currency" if "ISO 4217" in str(error) else "amount"
        raise InvalidExpenseError([problem(f"/{name}/{place}", str(error))]) from error
    if money.minor <= 0:
        raise InvalidExpenseError([problem(f"/{name}/amount", "must be more than zero; money that came in has the kind income")])
    return money


def _recorded(made: ExpenseWithReceipts) -> StoredResponse:
    return StoredResponse(expense_body(made), 201, etag(made.expense.version))


def _found(shown: ExpenseWithReceipts) -> Response:
    return expense_body(shown), 200, etag(shown.expense.version)
