"""Recording, reading and changing single expenses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expenses.entries.changes import book
from expenses.entries.draft import check_category, converted_home, given_home, money_at, plain_fields
from expenses.entries.filter import read_filter
from expenses.entries.model import EXPENSE, Change, Expense, milliseconds, moved
from expenses.entries.showing import shown
from expenses.errors import ExpenseNotFoundError, StaleVersionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expenses.home_currency.converter import Converter
    from expenses.ports import Clock, Ids, Owner, Position, Repeat, Store, Who, Work


@dataclass(frozen=True)
class Page:
    """A part of a list and where it ended; None at the end of the list."""

    items: list[dict[str, Any]]
    position: Position | None


class Ledger:
    """The expenses of everybody."""

    def __init__(self, store: Store, converter: Converter, clock: Clock, ids: Ids) -> None:
        self._store, self._converter, self._clock, self._ids = store, converter, clock, ids

    def record(self, who: Who, body: Mapping[str, Any], repeat: Repeat) -> dict[str, Any]:
        """Record an expense; raises InvalidExpenseError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            return work.once(who.user_id, repeat, lambda: self._record(work, owner, body))

    def _record(self, work: Work, owner: Owner, body: Mapping[str, Any]) -> dict[str, Any]:
        expense = self._new(owner, body)
        check_category(work, owner, expense.category_id)
        book(work, owner, [Change(None, expense)])
        return expense.to_wire()

    def _new(self, owner: Owner, body: Mapping[str, Any]) -> Expense:
        amount = money_at(body, "amount")
        given = given_home(body, amount, owner.home_currency)
        home = given or converted_home(self._converter, amount, owner.home_currency, body["spent_on"])
        now = milliseconds(self._clock())
        empty = Expense(
            number=0,
            id=self._ids(),
            owner=owner.number,
            kind=EXPENSE,
            amount_minor=amount.minor,
            currency=amount.currency,
            home_minor=home.minor,
            home_currency=home.currency,
            home_given=int(given is not None),
            spent_on="",
            payee="",
            description="",
            category_id=None,
            tags="[]",
            note="",
            import_id=None,
            fingerprint=None,
            version=1,
            created_ms=now,
            updated_ms=now,
        )
        return empty._replace(**plain_fields(body))

    def get(self, who: Who, expense_id: str) -> dict[str, Any]:
        """Return one expense; raises ExpenseNotFoundError."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            expense = work.expenses.get(owner, expense_id) if owner else None
            if owner is None or expense is None:
                raise ExpenseNotFoundError
            return shown(work, owner, [expense])[0]

    def page(self, who: Who, arguments: Mapping[str, Any], sort: str, limit: int, after: Position | None) -> Page:
        """Return a part of the list; raises InvalidFilterError."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            wanted = read_filter(arguments, owner.home_currency if owner else who.home_currency)
            found = work.expenses.page(owner, wanted, sort, limit + 1, after) if owner else []
            kept = found[:limit]
            items = shown(work, owner, kept) if owner else []
        return Page(items, _position(kept[-1], sort) if len(found) > limit else None)

    def change(self, who: Who, expense_id: str, version: int, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is given; raises ExpenseNotFoundError, StaleVersionError, InvalidExpenseError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            before = _at(work, owner, expense_id, version)
            fields = plain_fields(body)
            if "category_id" in fields:
                check_category(work, owner, fields["category_id"])
            fields |= self._money_fields(owner, before, body, fields.get("spent_on", before.spent_on))
            if before._replace(**fields) == before:
                return shown(work, owner, [before])[0]
            after = moved(before, self._clock(), **fields)
            book(work, owner, [Change(before, after)])
            return shown(work, owner, [after])[0]

    def _money_fields(self, owner: Owner, before: Expense, body: Mapping[str, Any], day: str) -> dict[str, Any]:
        amount = money_at(body, "amount") if "amount" in body else before.amount
        home = given_home(body, amount, owner.home_currency)
        given = home is not None
        if home is None:
            if amount == before.amount and day == before.spent_on:
                return {}
            home = converted_home(self._converter, amount, owner.home_currency, day)
        return {
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "home_minor": home.minor,
            "home_currency": home.currency,
            "home_given": int(given),
        }


def _at(work: Work, owner: Owner, expense_id: str, version: int) -> Expense:
    expense = work.expenses.get(owner, expense_id)
    if expense is None:
        raise ExpenseNotFoundError
    if expense.version != version:
        raise StaleVersionError(expense.version)
    return expense


def _position(expense: Expense, sort: str) -> Position:
    return [expense.home_minor if sort.endswith("amount") else expense.spent_on, expense.number]
