"""What every store of expenses promises; another database is another entry of STORES."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from chassis.messaging.events import Event, event_maker
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from expenses.categories.model import Category
from expenses.entries.changes import book
from expenses.entries.model import Change, Expense
from expenses.imports.model import Import
from expenses.ports import Filter, Owner, Repeat, Store, Who
from expenses.reports.totals import ALL, CATEGORY, DAY, EVER, MONTH, PAYEE, Spans
from expenses.tables import chassis, metadata
from expenses.unit_of_work import SqlStore
from support.stores import STORES, store_url

MARIA, OTTO = Who(uuid7(), "EUR"), Who(uuid7(), "USD")


@pytest.fixture(params=STORES)
def database(request) -> Iterator[Database]:
    opened = Database(store_url(request, "expenses"))
    migrate(opened, "expenses")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    return SqlStore(database, event_maker("expenses", lambda: datetime(2026, 11, 22, tzinfo=UTC), uuid7))


def events_of(database: Database) -> list[Event]:
    return [Event.from_json(event.to_json()) for event in SqlOutbox(database, chassis.outbox, owner="t").claim(100)]


def an_expense(owner: Owner, **fields) -> Expense:
    plain = Expense(
        0,
        uuid7(),
        owner.number,
        "expense",
        480,
        "EUR",
        480,
        "EUR",
        0,
        "2026-11-22",
        "Blue Bottle",
        "",
        None,
        "[]",
        "",
        None,
        None,
        1,
        5,
        5,
    )
    return plain._replace(**fields)


def add(store: Store, who: Who, **fields) -> Expense:
    with store.writing() as work:
        owner = work.owners.hold(who)
        made = an_expense(owner, **fields)
        book(work, owner, [Change(None, made)])
        found = work.expenses.get(owner, made.id)
    assert found is not None
    return found


def test_migrations_lead_to_the_tables_that_the_code_knows(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_owner_is_noted_once_and_keeps_the_first_currency(store):
    with store.writing() as work:
        first = work.owners.hold(MARIA)
    with store.writing() as work:
        assert work.owners.hold(Who(MARIA.user_id, "USD")) == first
        assert work.owners.hold(OTTO).number != first.number
    with store.reading() as work:
        assert work.owners.find(MARIA.user_id) == first
        assert work.owners.find(uuid7()) is None


def test_an_expense_comes_back_as_it_was_stored(store):
    texts = {"payee": "Ünï'cøde \U0001f370", "description": 'a "b"\n', "note": "%_\\", "tags": '["a"]'}
    large = {
        "amount_minor": 10**15 - 1,
        "home_minor": 10**15 - 1,
        "fingerprint": 2**62,
        "import_id": uuid7(),
        "category_id": uuid7(),
    }
    found = add(store, MARIA, **texts, **large)
    assert found._asdict().items() >= (texts | large).items()
    assert found.number > 0


def test_a_transaction_that_fails_leaves_nothing(store, database):
    with pytest.raises(RuntimeError), store.writing() as work:
        owner = work.owners.hold(MARIA)
        book(work, owner, [Change(None, an_expense(owner))])
        raise RuntimeError
    with store.reading() as work:
        assert work.owners.find(MARIA.user_id) is None
    assert events_of(database) == []


def test_nobody_reaches_the_rows_of_another(store):
    mine = add(store, MARIA)
    with store.writing() as work:
        otto = work.owners.hold(OTTO)
        assert work.expenses.get(otto, mine.id) is None
        assert work.expenses.page(otto, Filter(), "spent_on", 10) == []
        assert work.expenses.by_number(otto, Filter(), 10, 0) == []
        assert work.expenses.known(otto, [1]) == set()
        his = mine._replace(owner=otto.number)
        work.expenses.replace([(his, his._replace(payee="stolen"))])
        work.expenses.remove([his])
        assert work.totals.by_bucket(otto, Spans(PAYEE, EVER, "", "")) == []
    with store.reading() as work:
        maria = work.owners.find(MARIA.user_id)
        assert work.expenses.get(maria, mine.id) == mine


@pytest.mark.parametrize("sort", ["spent_on", "-spent_on", "amount", "-amount"])
def test_pages_join_without_gaps(store, sort):
    for number in range(7):
        add(store, MARIA, spent_on=f"2026-11-0{1 + number % 2}", home_minor=100 + number % 3)
    with store.reading() as work:
        owner = work.owners.find(MARIA.user_id)
        whole = work.expenses.page(owner, Filter(), sort, 100)
        found, after = [], None
        while page := work.expenses.page(owner, Filter(), sort, 2, after):
            found += page
            after = [page[-1].home_minor if sort.endswith("amount") else page[-1].spent_on, page[-1].number]
    assert found == whole
    assert len(whole) == 7


def test_payees_are_told_apart_letter_by_letter(store):
    for payee in ("Cafe", "Café", "cafe"):
        add(store, MARIA, payee=payee)
    with store.reading() as work:
        owner = work.owners.find(MARIA.user_id)
        assert len(work.totals.by_bucket(owner, Spans(PAYEE, EVER, "", ""))) == 3
        assert [found.payee for found in work.expenses.page(owner, Filter(payee="Cafe"), "spent_on", 9)] == ["Cafe"]
        assert len(work.expenses.page(owner, Filter(text="CAFÉ"), "spent_on", 9)) == 1


def test_sums_of_a_filter_are_those_of_its_rows(store):
    for minor, fields in (
        (480, {"category_id": "food", "tags": '["Größe","b"]'}),
        (520, {"category_id": "food", "tags": '["x,\\"b"]', "kind": "income"}),
        (700, {"category_id": "rail", "spent_on": "2026-11-23", "payee": "Café"}),
        (90, {"category_id": None, "spent_on": "2026-11-23", "payee": "Cafe", "note": "An été of 100%"}),
    ):
        add(store, MARIA, home_minor=minor, amount_minor=minor, **fields)
    add(store, OTTO, category_id="food")
    with store.reading() as work:
        owner = work.owners.find(MARIA.user_id)

        def sums(by: str, **wanted) -> list[tuple[str, str, int, int]]:
            return sorted(work.expenses.sums(owner, Filter(**wanted), by))

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
        otto = work.owners.find(OTTO.user_id)
        assert work.expenses.sums(otto, Filter(text="blue"), "category") == [("food", "expense", 480, 1)]
        assert sums("day", least=480, most=520) == [("2026-11-22", "expense", 480, 1), ("2026-11-22", "income", 520, 1)]


def test_totals_of_some_categories_are_told_by_month(store):
    for day, category, minor in (
        ("2026-11-22", "food", 480),
        ("2026-12-01", "food", 20),
        ("2026-12-02", "rail", 900),
        ("2026-12-03", None, 7),
    ):
        add(store, MARIA, spent_on=day, category_id=category, home_minor=minor, amount_minor=minor)
    with store.reading() as work:
        owner, spans = work.owners.find(MARIA.user_id), Spans(CATEGORY, MONTH, "2026-11", "2026-12")
        assert sorted(work.totals.by_span(owner, spans, ["food"])) == [
            ("2026-11", "expense", 480, 1),
            ("2026-12", "expense", 20, 1),
        ]
        assert sorted(work.totals.by_span(owner, spans, ["", "rail"])) == [("2026-12", "expense", 907, 2)]


def test_totals_add_up_and_vanish_at_zero(store):
    food = uuid7()
    first = add(store, MARIA, category_id=food)
    add(store, MARIA, category_id=food, home_minor=20, kind="income")
    with store.reading() as work:
        owner = work.owners.find(MARIA.user_id)
        month = Spans(CATEGORY, MONTH, "2026-11", "2026-11")
        assert sorted(work.totals.by_bucket(owner, month)) == [(food, "expense", 480, 1), (food, "income", 20, 1)]
        assert work.totals.by_span(owner, Spans(ALL, DAY, "2026-11-22", "2026-11-22"))[0][0] == "2026-11-22"
        assert work.totals.by_bucket(owner, Spans(CATEGORY, MONTH, "2026-12", "2027-01")) == []
    with store.writing() as work:
        book(work, owner, [Change(first, None)])
        assert work.totals.by_bucket(owner, month) == [(food, "income", 20, 1)]


def test_events_are_stored_with_the_change(store, database):
    made = add(store, MARIA, payee='"quoted" \\ \n Ünïcode')
    (told,) = events_of(database)
    assert told.data["changes"][0]["expense_id"] == made.id
    assert told.data["changes"][0]["after"]["payee"] == made.payee


def test_fingerprints_are_found_again(store):
    with store.reading() as work:
        assert not work.expenses.any_imported(Owner(1, "", "EUR"))
    add(store, MARIA, fingerprint=7)
    with store.reading() as work:
        owner = work.owners.find(MARIA.user_id)
        assert work.expenses.known(owner, [*range(1200)]) == {7}
        assert work.expenses.any_imported(owner)


def test_categories_and_imports_come_back_as_they_were(store):
    category = Category(uuid7(), "Föod", "#123456")
    done = Import(id=uuid7(), filename="ä.csv", created_ms=5, errors=((2, "wrong"),), first_day="2026-01-01", last_day="2026-01-02")
    with store.writing() as work:
        owner = work.owners.hold(MARIA)
        work.categories.add(owner, category)
        work.imports.add(owner, done)
        assert work.categories.all(owner) == [category] == [work.categories.get(owner, category.id)]
        assert work.imports.page(owner, 9, None) == [done] == [work.imports.get(owner, done.id)]
        work.categories.remove(owner, category)
        assert work.categories.get(owner, category.id) is None


def test_a_request_and_an_event_take_effect_once(store):
    repeat = Repeat("key", "fingerprint")
    for _ in range(2):
        with store.writing() as work:
            assert work.once(MARIA.user_id, repeat, lambda: {"made": 1}) == {"made": 1}
    with store.writing() as work:
        assert work.once(MARIA.user_id, repeat, lambda: {"made": 2}) == {"made": 1}
        assert [work.first_time("e"), work.first_time("e")] == [True, False]


def test_forgetting_an_owner_leaves_no_row_of_theirs(store):
    add(store, MARIA)
    kept = add(store, OTTO)
    with store.writing() as work:
        maria, otto = work.owners.find(MARIA.user_id), work.owners.find(OTTO.user_id)
        work.owners.forget(maria)
        assert work.expenses.page(maria, Filter(), "spent_on", 9) == []
        assert work.expenses.page(otto, Filter(), "spent_on", 9) == [kept]
        assert work.owners.find(MARIA.user_id) is None
