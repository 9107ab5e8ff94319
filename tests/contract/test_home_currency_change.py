"""Converting many expenses to another home currency takes short transactions, and is always finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.runtime.ids import uuid7
from expenses.entries.draft import ExpensePatch
from expenses.entries.filter import ExpenseFilter, FilterRequest
from expenses.entries.trash import TrashService
from expenses.errors import BookBusyError, ConvertingError, DepartedError
from expenses.home_currency.conversion import HomeCurrencyChange, one_currency
from expenses.people.service import PeopleService
from expenses.receipts.files.folder import FolderFiles
from expenses.reports.summary import SummaryService
from money import Money
from support.expense_steps import ROWS, DyingStore, KilledError, World, new_world
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url

AT = datetime(2026, 11, 29, tzinfo=UTC)
SPENT = ROWS * (ROWS + 1) // 2 * 100 - 1501 * 50
"""Cents of euros that the file brings: one row is 1501 USD, at the rate 0.5."""


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with new_world(store_url(request, "expenses"), imported=True) as world:
        yield world


class Home:
    """Somebody with thousands of expenses whose home currency changes."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def people(self, store=None) -> PeopleService:
        world, store = self.world, store or self.world.store
        change = HomeCurrencyChange(world.converter, world.clock)
        return PeopleService(store, FolderFiles(self.folder), world.tasks(store), change)

    def change(self, currency: str, *, version: int = 2, store=None, event_id: str | None = None) -> None:
        self.people(store).changed(event_id or uuid7(), self.world.caller.user_id, currency, version, AT)

    def change_and_be_killed(self, currency: str, transactions: int, **more) -> None:
        with pytest.raises(KilledError):
            self.change(currency, store=DyingStore(self.world.store, transactions), **more)

    def all(self):
        with self.world.store.read() as uow:
            return uow.expenses.by_number(uow.books.find(self.world.caller.user_id), ExpenseFilter(), 10_000, 0)

    def currencies(self) -> Counter[str]:
        return Counter(expense.home_amount.currency for expense in self.all())

    def spent(self) -> Money:
        return SummaryService(self.world.store).by(self.world.caller, "month", FilterRequest(ExpenseFilter())).spent


@pytest.fixture
def home(world: World, tmp_path: Path) -> Home:
    return Home(world, tmp_path)


def check_events(world: World) -> None:
    """Each expense is in one event, and the last event has the number of the others."""
    *changed, converted = world.events()
    assert converted.type == "expenses.converted"
    marked = [event for event in changed if "home_currency_changed" in event.data]
    assert converted.data["events"] == len(marked)
    told = Counter(change["expense_id"] for event in marked for change in event.data["changes"])
    assert set(told.values()) == {1}


def test_others_write_between_the_steps(home, world):
    seen = []

    class Street(DyingStore):
        """A store in which another person writes between two transactions."""

        def _live(self) -> None:
            world.spend(a_caller(uuid7()))
            seen.append(home.currencies()["USD"])

    home.change("USD", store=Street(world.store, 0))
    assert sorted(set(seen)) == [0, 500, 1000, 1500, 2000]
    assert home.currencies() == {"USD": ROWS}


def test_each_expense_is_converted_and_published_once(home, world):
    before = home.spent()
    home.change("USD")
    assert home.currencies() == {"USD": ROWS}
    assert before == Money(SPENT, "EUR")
    assert home.spent() == Money((SPENT - 1501 * 50) // 2 + 150_100, "USD")
    check_events(world)
    assert world.left().get("import_job") is None


@pytest.mark.parametrize("transactions", [2, 3, 4])
def test_a_conversion_that_is_killed_is_finished(home, world, transactions):
    home.change_and_be_killed("USD", transactions)
    assert home.currencies()["EUR"] > 0
    world.finish_abandoned()
    assert home.currencies() == {"USD": ROWS}
    check_events(world)


def test_the_same_event_after_a_crash_finishes_it(home, world):
    event_id = uuid7()
    home.change_and_be_killed("USD", 3, event_id=event_id)
    home.change("USD", event_id=event_id)
    assert home.currencies() == {"USD": ROWS}
    check_events(world)


def test_no_sum_mixes_two_currencies(home):
    home.change_and_be_killed("USD", 3)
    with pytest.raises(ConvertingError, match=r"^Your expenses are being converted to USD\. Try again in a minute\.$"):
        home.spent()


def test_a_conversion_during_a_sum_is_noticed(home, world):
    with world.store.read() as uow:
        book = uow.books.find(world.caller.user_id)
    home.change("USD")
    with world.store.read() as uow, pytest.raises(ConvertingError), one_currency(uow, book):
        pass


def test_expenses_changed_during_the_conversion_count_once(home, world):
    first, second, *_, last = home.all()
    home.change_and_be_killed("USD", 3)
    expenses = world.expenses()
    trash = TrashService(world.store, world.converter, world.clock)
    world.spend(world.caller)
    for expense in (second, last):
        version = expenses.get(world.caller, expense.id).expense.version
        expenses.change(world.caller, expense.id, version, ExpensePatch(note="seen"))
    trash.remove(world.caller, first.id, expenses.get(world.caller, first.id).expense.version)
    trash.restore(world.caller, first.id)
    world.finish_abandoned()
    assert home.currencies() == {"USD": ROWS + 1}
    check_events(world)
    assert home.spent().currency == "USD"


def test_the_change_is_published_before_an_edit_after_it(home, world):
    """Else a budget would lose an edited expense, recover, and be exceeded a second time."""
    home.change_and_be_killed("USD", 2)
    last = home.all()[-1]
    world.expenses().change(world.caller, last.id, last.version, ExpensePatch(amount=Money(500, "EUR")))
    told = [("home_currency_changed" in event.data, event.data["changes"][-1]["expense_id"]) for event in world.events()]
    assert (told[0][0], told[-1]) == (True, (False, last.id))


def test_a_second_change_waits_for_the_first(home, world):
    home.change_and_be_killed("USD", 3)
    home.change("GBP", version=3)
    assert home.currencies() == {"GBP": ROWS}
    converted = [event.data for event in world.events() if event.type == "expenses.converted"]
    assert [(told["from"], told["to"]) for told in converted] == [("EUR", "USD"), ("USD", "GBP")]


def test_an_import_finishes_it_first(home, world):
    home.change_and_be_killed("USD", 3)
    assert world.run(file="date,amount,payee\n2026-02-01,1.00,Shop\n")["imported"] == 1
    assert home.currencies() == {"USD": ROWS + 1}


def test_a_change_during_an_import_comes_again(home, world):
    more = "date,amount,currency,payee\n" + "".join(f"2026-03-01,{row}.00,CHF,Shop\n" for row in range(1, 2001))
    refused = []

    def change_meanwhile() -> None:
        world.rates.meanwhile = lambda: None
        world.is_at_work()
        with pytest.raises(BookBusyError):
            home.change("USD")
        refused.append(home.currencies()["USD"])

    world.rates.meanwhile = change_meanwhile
    world.run(file=more)
    home.change("USD")
    assert (refused, home.currencies()) == ([0], {"USD": ROWS + 2000})


def test_an_account_deleted_during_the_conversion_leaves_nothing(home, world):
    home.change_and_be_killed("USD", 3)
    home.people().deleted(uuid7(), world.caller.user_id)
    world.finish_abandoned()
    assert set(world.left()) <= {"alembic_version", "departed", "inbox", "outbox"}
    with pytest.raises(DepartedError):
        world.spend(world.caller)
