"""What every store of expenses guarantees; another database is another entry of STORES."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from chassis.messaging.events import Event, event_maker
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import uuid7
from chassis.security.tokens import Caller
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from expenses.books.model import Book
from expenses.categories.model import Category
from expenses.entries.changes import apply_changes
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Change, Expense
from expenses.imports.model import Import
from expenses.tables import chassis, metadata
from expenses.totals.model import ALL, CATEGORY, DAY, EVER, MONTH, PAYEE, Spans
from expenses.unit_of_work import ExpensesStore
from money import Money
from support.expense_rows import MOMENT, an_expense
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url

MARIA, OTTO = a_caller(uuid7()), a_caller(uuid7(), currency="USD")


@pytest.fixture(params=STORES)
def database(request) -> Iterator[Database]:
    opened = Database(store_url(request, "expenses"))
    migrate(opened, "expenses")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> ExpensesStore:
    return ExpensesStore(database, event_maker("expenses", lambda: datetime(2026, 11, 22, tzinfo=UTC), uuid7))


def events_of(database: Database) -> list[Event]:
    return [Event.from_json(event.to_json()) for event in SqlOutbox(database, chassis.outbox, owner="t").claim(100)]


def add(store: ExpensesStore, caller: Caller, **fields) -> Expense:
    with store.write() as uow:
        book = uow.books.lock(caller)
        made = an_expense(**fields)
        apply_changes(uow, book, [Change(None, made)])
        found = uow.expenses.get(book, made.id)
    assert found is not None
    return found


def test_migrations_create_the_tables_that_the_code_declares(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_book_is_created_once_and_keeps_the_first_currency(store):
    with store.write() as uow:
        first = uow.books.lock(MARIA)
    with store.write() as uow:
        assert uow.books.lock(a_caller(MARIA.user_id, currency="USD")) == first
        assert uow.books.lock(OTTO).number != first.number
    with store.read() as uow:
        assert uow.books.find(MARIA.user_id) == first
        assert uow.books.find(uuid7()) is None


def test_an_expense_comes_back_as_it_was_stored(store):
    texts = {"payee": "Ünï'cøde \U0001f370", "description": 'a "b"\n', "note": "%_\\", "tags": ("a", "ä")}
    large = {
        "amount": Money(10**15 - 1, "EUR"),
        "home_amount": Money(10**15 - 1, "JPY"),
        "home_amount_given": True,
        "fingerprint": 2**62,
        "import_id": uuid7(),
        "category_id": uuid7(),
    }
    found = add(store, MARIA, **texts, **large)
    assert found == an_expense(id=found.id, number=found.number, **texts, **large)
    assert found.number > 0


def test_a_transaction_that_fails_leaves_nothing(store, database):
    with pytest.raises(RuntimeError), store.write() as uow:
        book = uow.books.lock(MARIA)
        apply_changes(uow, book, [Change(None, an_expense())])
        raise RuntimeError
    with store.read() as uow:
        assert uow.books.find(MARIA.user_id) is None
    assert events_of(database) == []


def test_no_book_reaches_the_rows_of_another(store):
    mine = add(store, MARIA)
    with store.write() as uow:
        otto = uow.books.lock(OTTO)
        assert uow.expenses.get(otto, mine.id) is None
        assert uow.expenses.page(otto, ExpenseFilter(), "spent_on", 10) == []
        assert uow.expenses.by_number(otto, ExpenseFilter(), 10, 0) == []
        assert uow.expenses.known(otto, [1]) == set()
        uow.expenses.replace(otto, [(mine, replace(mine, payee="stolen"))])
        uow.expenses.remove(otto, [mine])
        assert uow.totals.by_bucket(otto, Spans(PAYEE, EVER, "", "")) == []
    with store.read() as uow:
        maria = uow.books.find(MARIA.user_id)
        assert uow.expenses.get(maria, mine.id) == mine


@pytest.mark.parametrize("sort", ["spent_on", "-spent_on", "amount", "-amount"])
def test_pages_join_without_gaps(store, sort):
    for number in range(7):
        add(store, MARIA, spent_on=date(2026, 11, 1 + number % 2), home_minor=100 + number % 3)
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        whole = uow.expenses.page(book, ExpenseFilter(), sort, 100)
        found, after = [], None
        while page := uow.expenses.page(book, ExpenseFilter(), sort, 2, after):
            found += page
            after = [page[-1].home_amount.minor if sort.endswith("amount") else page[-1].spent_on.isoformat(), page[-1].number]
    assert found == whole
    assert len(whole) == 7


def test_payees_are_compared_exactly(store):
    for payee in ("Cafe", "Café", "cafe"):
        add(store, MARIA, payee=payee)
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        assert len(uow.totals.by_bucket(book, Spans(PAYEE, EVER, "", ""))) == 3
        assert [found.payee for found in uow.expenses.page(book, ExpenseFilter(payee="Cafe"), "spent_on", 9)] == ["Cafe"]
        assert len(uow.expenses.page(book, ExpenseFilter(text="CAFÉ"), "spent_on", 9)) == 1


def test_sums_of_a_filter_are_those_of_its_rows(store):
    for minor, fields in (
        (480, {"category_id": "food", "tags": ("Größe", "b")}),
        (520, {"category_id": "food", "tags": ('x,"b',), "kind": "income"}),
        (700, {"category_id": "rail", "spent_on": date(2026, 11, 23), "payee": "Café"}),
        (90, {"category_id": None, "spent_on": date(2026, 11, 23), "payee": "Cafe", "note": "An été of 100%"}),
    ):
        add(store, MARIA, minor=minor, **fields)
    add(store, OTTO, category_id="food")
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)

        def sums(by: str, **wanted) -> list[tuple[str, str, int, int]]:
            return sorted(uow.expenses.sums(book, ExpenseFilter(**wanted), by))

        assert sums("category") == [
            ("", "expense", 90, 1),
            ("food", "expense", 480, 1),
            ("food", "income", 520, 1),
            ("rail", "expense", 700, 1),
        ]
        assert sums("day", kind="expense") == [("2026-11-22", "expense", 480, 1), ("2026-11-23", "expense", 790, 2)]
        assert sums("day", categories=("rail", "none")) == [("2026-11-23", "expense", 790, 2)]
        assert sums("category", categories=("food",), kind="income") == [("food", "income", 520, 1)]
        assert sums("payee", payee="Café") == [("Café", "expense", 700, 1)]
        assert sums("payee", text="an été OF 100%") == [("Cafe", "expense", 90, 1)]
        assert sums("category", tag="GRÖSSE") == []
        assert sums("category", tag="GRÖßE") == [("food", "expense", 480, 1)]
        assert sums("category", tag="b") == [("food", "expense", 480, 1)]
        otto = uow.books.find(OTTO.user_id)
        assert uow.expenses.sums(otto, ExpenseFilter(text="blue"), "category") == [("food", "expense", 480, 1)]
        assert sums("day", least=Money(480, "EUR"), most=Money(520, "EUR")) == [
            ("2026-11-22", "expense", 480, 1),
            ("2026-11-22", "income", 520, 1),
        ]


def test_totals_of_some_categories_are_summed_by_month(store):
    for day, category, minor in (
        ("2026-11-22", "food", 480),
        ("2026-12-01", "food", 20),
        ("2026-12-02", "rail", 900),
        ("2026-12-03", None, 7),
    ):
        add(store, MARIA, spent_on=date.fromisoformat(day), category_id=category, minor=minor)
    with store.read() as uow:
        book, spans = uow.books.find(MARIA.user_id), Spans(CATEGORY, MONTH, "2026-11", "2026-12")
        assert sorted(uow.totals.by_span(book, spans, ["food"])) == [("2026-11", "expense", 480, 1), ("2026-12", "expense", 20, 1)]
        assert sorted(uow.totals.by_span(book, spans, ["", "rail"])) == [("2026-12", "expense", 907, 2)]


def test_totals_add_up_and_vanish_at_zero(store):
    food = uuid7()
    first = add(store, MARIA, category_id=food)
    add(store, MARIA, category_id=food, home_minor=20, kind="income")
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        month = Spans(CATEGORY, MONTH, "2026-11", "2026-11")
        assert sorted(uow.totals.by_bucket(book, month)) == [(food, "expense", 480, 1), (food, "income", 20, 1)]
        assert uow.totals.by_span(book, Spans(ALL, DAY, "2026-11-22", "2026-11-22"))[0][0] == "2026-11-22"
        assert uow.totals.by_bucket(book, Spans(CATEGORY, MONTH, "2026-12", "2027-01")) == []
    with store.write() as uow:
        apply_changes(uow, book, [Change(first, None)])
        assert uow.totals.by_bucket(book, month) == [(food, "income", 20, 1)]


def test_events_are_stored_with_the_change(store, database):
    made = add(store, MARIA, payee='"quoted" \\ \n Ünïcode')
    (told,) = events_of(database)
    assert told.data["changes"][0]["expense_id"] == made.id
    assert told.data["changes"][0]["after"]["payee"] == made.payee


def test_fingerprints_are_found_again(store):
    with store.read() as uow:
        assert not uow.expenses.any_imported(Book(1, "", "EUR"))
    add(store, MARIA, fingerprint=7)
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        assert uow.expenses.known(book, [*range(1200)]) == {7}
        assert uow.expenses.any_imported(book)


def test_categories_and_imports_come_back_as_they_were(store):
    category = Category(uuid7(), "Föod", "#123456")
    done = Import(
        id=uuid7(),
        filename="ä.csv",
        created_at=MOMENT,
        errors=((2, "wrong"),),
        first_day=date(2026, 1, 1),
        last_day=date(2026, 1, 2),
    )
    with store.write() as uow:
        book = uow.books.lock(MARIA)
        uow.categories.add(book, category)
        uow.imports.add(book, done)
        assert uow.categories.all(book) == [category] == [uow.categories.get(book, category.id)]
        assert uow.imports.page(book, 9, None) == [done] == [uow.imports.get(book, done.id)]
        uow.categories.remove(book, category)
        assert uow.categories.get(book, category.id) is None


def test_a_request_and_an_event_take_effect_once(store):
    key, made = IdempotencyKey(MARIA.user_id, "key", "fingerprint"), StoredResponse({"made": 1}, 201, {"ETag": '"1"'})
    for _ in range(2):
        with store.write() as uow:
            assert uow.idempotent(key, lambda: made) == made
    with store.write() as uow:
        assert uow.idempotent(key, lambda: StoredResponse({"made": 2}, 201)) == made
        assert [uow.mark_handled("e"), uow.mark_handled("e")] == [True, False]


def test_erasing_a_book_leaves_none_of_its_rows(store):
    add(store, MARIA)
    kept = add(store, OTTO)
    with store.write() as uow:
        maria, otto = uow.books.find(MARIA.user_id), uow.books.find(OTTO.user_id)
        uow.books.erase(maria)
        assert uow.expenses.page(maria, ExpenseFilter(), "spent_on", 9) == []
        assert uow.expenses.page(otto, ExpenseFilter(), "spent_on", 9) == [kept]
        assert uow.books.find(MARIA.user_id) is None
