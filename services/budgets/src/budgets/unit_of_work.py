"""The store of budgets: their repositories in one unit of work."""

from __future__ import annotations

from functools import partial

from sqlalchemy.engine import Connection

from budgets.categories.model import visible_categories
from budgets.categories.store import CategoryRepository
from budgets.conversions.store import ConversionRepository
from budgets.events import BudgetEvents
from budgets.imports.store import ImportRepository
from budgets.model import Budget, BudgetView, PeriodStatus
from budgets.store.books import BookRepository
from budgets.store.budgets import BudgetRepository
from budgets.store.crossings import CrossingRepository
from budgets.store.spending import SpendingRepository
from budgets.tables import shared
from chassis.messaging.events import MakeEvent
from chassis.storage.database import Database
from chassis.storage.unit_of_work import SqlStore, UnitOfWork


class BudgetsUnitOfWork(UnitOfWork):
    """One transaction of budgets. A writer locks the book first: `books.lock`."""

    def __init__(self, connection: Connection, *, make_event: MakeEvent) -> None:
        super().__init__(connection, tables=shared, make_event=make_event)
        self.books = BookRepository(connection)
        self.budgets = BudgetRepository(connection)
        self.spending = SpendingRepository(connection)
        self.crossings = CrossingRepository(connection)
        self.categories = CategoryRepository(connection)
        self.conversions = ConversionRepository(connection)
        self.imports = ImportRepository(connection)
        self.events = BudgetEvents(self.publish)

    def view(self, budget: Budget, current: PeriodStatus) -> BudgetView:
        """Return a budget as people see it."""
        ids = budget.scope.category_ids
        if not budget.has_missing_categories:
            return BudgetView(budget, current, ids, ())
        known, complete = self.categories.of(budget.book_id, ids), self.categories.complete(budget.book_id)
        visible = visible_categories(ids, known, complete=complete)
        return BudgetView(budget, current, visible.category_ids, visible.missing_ids)


class BudgetsStore(SqlStore[BudgetsUnitOfWork]):
    """The tables of budgets in a database."""

    def __init__(self, database: Database, make_event: MakeEvent) -> None:
        """Events are made by `make_event`."""
        super().__init__(database, partial(BudgetsUnitOfWork, make_event=make_event))
