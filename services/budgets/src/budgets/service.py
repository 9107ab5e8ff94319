"""Creates, changes and deletes budgets. What was spent before counts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from budgets.categories.check import CategoryCheck
from budgets.errors import BudgetChangedError, InvalidBudgetError, TooManyBudgetsError
from budgets.model import FULL, Budget, BudgetView, Rollover, Scope
from budgets.periods import Cycle, Schedule, default_anchor, today_in
from budgets.projection import SpendingProjection
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.runtime.clock import Clock
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.security.tokens import Caller
from money import Money

MOST_BUDGETS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBudget:
    """A request for a budget."""

    name: str
    amount: Money
    category_ids: tuple[str, ...] = ()
    cycle: Cycle = Cycle.MONTHLY
    starts_on: date | None = None
    """The anchor; None for the usual beginning of such periods."""
    thresholds: tuple[int, ...] = (80,)
    rollover: Rollover = Rollover.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChange:
    """A change of a budget; what is None stays as it is."""

    name: str | None = None
    amount: Money | None = None
    category_ids: tuple[str, ...] | None = None
    cycle: Cycle | None = None
    starts_on: date | None = None
    thresholds: tuple[int, ...] | None = None
    rollover: Rollover | None = None


class BudgetService:
    """What people do to their budgets."""

    def __init__(
        self,
        store: BudgetsStore,
        *,
        projection: SpendingProjection,
        categories: CategoryCheck,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        """`new_id` makes the ids of budgets."""
        self._store, self._projection, self._categories = store, projection, categories
        self._clock, self._new_id = clock, new_id

    def create(
        self, caller: Caller, new: NewBudget, *, key: IdempotencyKey | None, respond: Callable[[BudgetView], StoredResponse]
    ) -> StoredResponse:
        """Create a budget; the same request with the same key gets the first response again and changes nothing.

        Raises:
            InvalidBudgetError: if such a budget is impossible.
            TooManyBudgetsError: if the caller has as many as allowed.
            UnknownCategoryError: if one of its categories does not exist.
            CategoryPendingError: if the event of a new category has not come yet.
        """
        self._categories.wait_for_events(caller.book_id, new.category_ids)

        def create(uow: BudgetsUnitOfWork) -> StoredResponse:
            _lock(uow, caller)
            return uow.idempotent(key, lambda: respond(self._create(uow, caller, new)))

        return self._store.run(create)

    def _create(self, uow: BudgetsUnitOfWork, caller: Caller, new: NewBudget) -> BudgetView:
        check_terms(new.name, new.amount, caller.home_currency)
        self._categories.check(uow, caller.book_id, new.category_ids)
        if len(uow.budgets.all(caller.book_id)) >= MOST_BUDGETS:
            raise TooManyBudgetsError(MOST_BUDGETS)
        anchor = new.starts_on or default_anchor(new.cycle, today_in(caller.time_zone, self._clock()))
        budget = Budget(
            id=self._new_id(),
            book_id=caller.book_id,
            name=new.name,
            scope=Scope(new.amount.currency, new.category_ids),
            amount=new.amount,
            schedule=Schedule(new.cycle, anchor),
            thresholds=_with_full(new.thresholds),
            rollover=new.rollover,
            version=1,
            created_at=self._clock(),
            author=caller.author,
        )
        uow.budgets.add(budget)
        return self._projection.reassess(uow, budget, caller.time_zone)

    def change(self, caller: Caller, budget_id: str, change: BudgetChange, *, version: int) -> BudgetView:
        """Change a budget that was read in this version.

        Raises:
            BudgetNotFoundError: if the caller has no such budget.
            BudgetChangedError: if it has another version now.
            InvalidBudgetError, UnknownCategoryError, CategoryPendingError: as `create` does, for what is changed.
        """
        self._categories.wait_for_events(caller.book_id, change.category_ids or ())
        return self._store.run(lambda uow: self._change(uow, caller, budget_id, change, version))

    def _change(self, uow: BudgetsUnitOfWork, caller: Caller, budget_id: str, change: BudgetChange, version: int) -> BudgetView:
        _lock(uow, caller)
        before = _expect(uow, caller, budget_id, version)
        check_terms(change.name, change.amount, caller.home_currency)
        self._categories.check(uow, caller.book_id, change.category_ids or ())
        budget = changed(before, change)
        uow.budgets.replace(budget)
        return self._projection.reassess(uow, budget, caller.time_zone, before=before)

    def remove(self, caller: Caller, budget_id: str, *, version: int) -> None:
        """Delete a budget that was read in this version; its crossings are withdrawn. Raises as `change` does."""
        self._store.run(lambda uow: self._remove(uow, caller, budget_id, version))

    def _remove(self, uow: BudgetsUnitOfWork, caller: Caller, budget_id: str, version: int) -> None:
        uow.books.lock(caller.book_id)
        uow.events.caused_by = caller.user_id
        budget = _expect(uow, caller, budget_id, version)
        self._projection.withdraw(uow, budget)
        uow.budgets.remove(caller.book_id, budget.id)
        uow.events.removed(budget)


def check_terms(name: str | None, amount: Money | None, home_currency: str) -> None:
    """Raise InvalidBudgetError with all that is wrong; nothing is wrong with None, which is not changed."""
    problems = name_problems(name)
    if amount is not None and amount.currency != home_currency:
        problems.append(currency_problem(home_currency))
    elif amount is not None and amount.minor <= 0:
        problems.append(amount_problem("must be more than zero"))
    if problems:
        raise InvalidBudgetError(problems)


def name_problems(name: str | None) -> list[dict[str, str]]:
    return [{"pointer": "/name", "message": "must not be empty"}] if name == "" else []


def currency_problem(home_currency: str) -> dict[str, str]:
    """Say in which currency a limit must be."""
    return {"pointer": "/amount/currency", "message": f"must be {home_currency}, your home currency"}


def amount_problem(message: str) -> dict[str, str]:
    """Say what is wrong with an amount in the right currency."""
    return {"pointer": "/amount/amount", "message": message}


def changed(before: Budget, change: BudgetChange) -> Budget:
    """Return the next version of a budget; an amount that is not changed stays, even in a former home currency."""
    amount = change.amount or before.amount
    category_ids = before.scope.category_ids if change.category_ids is None else change.category_ids
    return replace(
        before,
        name=before.name if change.name is None else change.name,
        scope=Scope(amount.currency, category_ids),
        amount=amount,
        schedule=Schedule(change.cycle or before.schedule.cycle, change.starts_on or before.schedule.anchor),
        thresholds=before.thresholds if change.thresholds is None else _with_full(change.thresholds),
        rollover=change.rollover or before.rollover,
        version=before.version + 1,
        has_missing_categories=before.has_missing_categories and change.category_ids is None,
        awaits_conversion=before.awaits_conversion and amount.currency == before.amount.currency,
    )


def _with_full(thresholds: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({*thresholds, FULL}))


def _lock(uow: BudgetsUnitOfWork, caller: Caller) -> None:
    uow.books.lock(caller.book_id)
    uow.events.caused_by = caller.user_id
    uow.books.remember_time_zone(caller.book_id, caller.time_zone)


def _expect(uow: BudgetsUnitOfWork, caller: Caller, budget_id: str, version: int) -> Budget:
    budget = uow.budgets.get(caller.book_id, budget_id)
    if budget.version != version:
        raise BudgetChangedError(budget.version)
    return budget
