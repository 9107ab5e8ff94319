"""Frequent queries find their rows by an index, however many rows other people have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from budgets.model import Budget, ExpenseVersion, Rollover, Scope, SpendingKey
from budgets.model import Expense as Spent
from budgets.periods import Cycle, Schedule
from budgets.unit_of_work import BudgetsStore
from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from expenses.entries.changes import apply_changes
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Change, Expense
from expenses.totals.model import CATEGORY, DAY, EVER, MONTH, PAYEE, Spans
from expenses.unit_of_work import ExpensesStore
from money import Money
from notifier.alerts.model import Alert
from notifier.delivery.model import Mail, MailState
from notifier.delivery.queue import MailQueue
from notifier.preferences.model import AlertKind
from notifier.store import NotifierStore
from support.budgets_store import locked
from support.expense_rows import an_expense
from testing.fakes.callers import a_caller
from testing.fakes.plans import Plans
from testing.servers.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 11, 22, tzinfo=UTC)
USERS = [uuid7() for _ in range(8)]
DAYS = [f"2026-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 26)]


@pytest.fixture(params=["sqlite", "mariadb"])
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Database]]:
    databases: list[Database] = []

    def one(package: str) -> Database:
        databases.append(Database(store_url(request, package)))
        migrate(databases[-1], package)
        return databases[-1]

    yield one
    for database in databases:
        database.close()


def spent(day: date, number: int) -> Expense:
    ids = {"category_id": uuid7(), "import_id": uuid7(), "fingerprint": number}
    return an_expense(minor=100 + number, spent_on=day, payee=f"Payee {number % 40}", **ids)


def test_expenses(opened) -> None:
    database = opened("expenses")
    store = ExpensesStore(database, event_maker("expenses", lambda: NOW, uuid7))
    for user in USERS:
        with store.write() as uow:
            book = uow.books.lock(a_caller(user))
            apply_changes(uow, book, [Change(None, spent(date.fromisoformat(day), number)) for number, day in enumerate(DAYS)])
    plans = Plans(database)
    plans.analyse()
    with plans.watching(), store.write() as uow:
        book = uow.books.lock(a_caller(USERS[0]))
        first, *_ = uow.expenses.page(book, ExpenseFilter(), "spent_on", 5)
        for sort in ("spent_on", "-spent_on", "amount", "-amount"):
            uow.expenses.page(book, ExpenseFilter(), sort, 50)
        uow.expenses.page(book, ExpenseFilter(), "-spent_on", 50, ("2026-05-05", 7))
        uow.expenses.page(book, ExpenseFilter(categories=(first.category_id,)), "spent_on", 50)
        uow.expenses.page(book, ExpenseFilter(payee=first.payee), "spent_on", 50)
        uow.expenses.page(book, ExpenseFilter(first=date(2026, 2, 1), last=date(2026, 2, 28)), "spent_on", 50)
        uow.expenses.sums(book, ExpenseFilter(payee=first.payee), "category")
        uow.expenses.sums(book, ExpenseFilter(text="x", categories=(first.category_id,)), "day")
        uow.expenses.sums(book, ExpenseFilter(tag="x", first=date(2026, 2, 1), last=date(2026, 2, 28)), "payee")
        uow.expenses.get(book, first.id)
        uow.expenses.known(book, [3])
        uow.totals.by_bucket(book, Spans(CATEGORY, MONTH, "2026-02", "2026-03"))
        uow.totals.by_span(book, Spans(CATEGORY, DAY, "2026-02-01", "2026-02-28"))
        uow.totals.by_bucket(book, Spans(PAYEE, EVER, "", ""))
        apply_changes(uow, book, [Change(first, replace(first, amount=Money(1, "EUR"), home_amount=Money(1, "EUR")))])
        uow.categories.all(book)
        uow.imports.page(book, 10, None)
    assert len(plans) > 12
    assert plans.without_index() == []


def test_budgets(opened) -> None:
    database = opened("budgets")
    store = BudgetsStore(database, event_maker("budgets", lambda: NOW, uuid7))
    food, book = uuid7(), USERS[0]
    for user in USERS:
        made = [Spent(uuid7(), date.fromisoformat(day), food, Money(5, "EUR"), Money(5, "EUR"), "x") for day in DAYS]
        with locked(store, user) as uow:
            uow.spending.record(user, new=[ExpenseVersion(one.id, 1, one) for one in made], sums={one.key: 5 for one in made})
    plans = Plans(database)
    plans.analyse()
    budget = Budget(
        id=uuid7(),
        book_id=book,
        name="Food",
        scope=Scope("EUR", (food,)),
        amount=Money(20000, "EUR"),
        schedule=Schedule(Cycle.MONTHLY, date(2026, 2, 1)),
        thresholds=(80, 100),
        rollover=Rollover.NONE,
        version=1,
        created_at=NOW,
    )
    with plans.watching(), locked(store, book) as uow:
        uow.mark_handled(uuid7())
        first, second = uow.spending.expenses_on(book, budget.scope, [date(2026, 2, 1), date(2026, 2, 2)]).values()
        uow.spending.versions(book, {first[0].id})
        uow.spending.versions(book, {first[0].id, second[0].id})
        uow.spending.record(book, replaced=[ExpenseVersion(first[0].id, 2, None)], sums={first[0].key: -5})
        uow.spending.record(book, sums={SpendingKey("EUR", food, second[0].day): 1, SpendingKey("EUR", "", second[0].day): 1})
        uow.spending.of(budget, [0])
        uow.spending.by_day(budget, date(2026, 2, 1), date(2026, 2, 28))
        uow.budgets.all(book)
        uow.crossings.of_budget(budget)
        uow.books.time_zone(book)
    assert len(plans) > 8
    assert plans.without_index() == []


def test_notifications(opened) -> None:
    database = opened("notifier")
    make = event_maker("notifier", lambda: NOW, uuid7)
    store = NotifierStore(database, make_event=make, owner="one", now_ms=lambda: 10_000_000)
    queue = MailQueue(store, owner="one", now_ms=lambda: 10_000_000, elapsed=lambda: 0.0)
    for user in USERS:
        with store.write() as uow:
            for number in range(60):
                alert = Alert(
                    id=uuid7(),
                    user_id=user,
                    cause_id=uuid7(),
                    kind=AlertKind.EXCEEDED,
                    title="t",
                    body="b",
                    created_at=NOW,
                    listed=True,
                )
                uow.alerts.add(alert)
                state = MailState.PENDING if number == 0 else MailState.SENT
                uow.mails.add(
                    Mail(id=uuid7(), user_id=user, alert_id=alert.id, event_id=uuid7(), kind="k", facts={}, at=NOW, state=state)
                )
    plans = Plans(database)
    plans.analyse()
    with plans.watching():
        claimed = queue.claim()
        assert claimed is not None
        with store.write() as uow:
            uow.recipients.lock(USERS[0])
            uow.mark_handled(uuid7())
            uow.mails.settle(claimed.mail, MailState.SENT, at=NOW)
            uow.recipients.find(USERS[0])
            uow.alerts.exists_for(uuid7())
            uow.alerts.page(USERS[0], unread=False, limit=20, after=None)
            uow.alerts.page(USERS[0], unread=True, limit=20, after=(5, uuid7()))
            uow.alerts.count_unread(USERS[0])
            uow.preferences.get(USERS[0])
    assert len(plans) > 8
    assert plans.without_index() == []
