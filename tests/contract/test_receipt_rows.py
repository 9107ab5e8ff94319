"""What every SQL store guarantees about receipts; another database is another entry of STORES."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7
from chassis.security.tokens import Caller
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from expenses.receipts.model import Receipt, StoredFile
from expenses.unit_of_work import ExpensesStore
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url

MARIA, OTTO = a_caller(uuid7()), a_caller(uuid7(), currency="USD")
LUNCH, TAXI = uuid7(), uuid7()


@pytest.fixture(params=STORES)
def store(request) -> Iterator[ExpensesStore]:
    database = Database(store_url(request, "expenses"))
    migrate(database, "expenses")
    yield ExpensesStore(database, event_maker("expenses", lambda: datetime(2026, 11, 22, tzinfo=UTC), uuid7))
    database.close()


def a_file(text: str = "a", **facts) -> StoredFile:
    given = {"media_type": "image/heic", "size": 10 * 1024 * 1024, "width": 4032, "height": 3024, "thumbnail": True}
    return StoredFile(sha256=hashlib.sha256(text.encode()).hexdigest(), **{**given, **facts})


def a_receipt(file: StoredFile, expense: str = LUNCH, at: int = 5, name: str = "Überweisung \U0001f9fe.heic") -> Receipt:
    return Receipt(id=uuid7(), expense_id=expense, name=name, created_ms=at, file=file)


def entered(store: ExpensesStore, caller: Caller, *receipts: Receipt, noted_ms: int = 1) -> None:
    with store.write() as uow:
        book = uow.books.lock(caller)
        for receipt in receipts:
            uow.receipts.record(book, receipt.file, noted_ms)
            uow.receipts.add(book, receipt)


def test_a_receipt_comes_back_as_it_was(store: ExpensesStore) -> None:
    photo, paper = (
        a_receipt(a_file()),
        a_receipt(a_file("b", media_type="application/pdf", width=None, height=None, thumbnail=False)),
    )
    entered(store, MARIA, photo, paper)
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        assert [uow.receipts.get(book, one.id) for one in (photo, paper)] == [photo, paper]
        assert uow.receipts.get(book, uuid7()) is None


def test_a_name_of_a_hundred_characters_fits_in_any_script(store: ExpensesStore) -> None:
    receipt = a_receipt(a_file(), name="\U0001f9fe" * 100)
    entered(store, MARIA, receipt)
    with store.read() as uow:
        assert uow.receipts.get(uow.books.find(MARIA.user_id), receipt.id).name == receipt.name


def test_receipts_are_listed_oldest_first_for_their_owner_only(store: ExpensesStore) -> None:
    late, early, other = a_receipt(a_file("a"), at=9), a_receipt(a_file("b"), at=3), a_receipt(a_file("a"), TAXI, at=5)
    entered(store, MARIA, late, early, other)
    entered(store, OTTO, a_receipt(a_file("a")))
    with store.read() as uow:
        book = uow.books.find(MARIA.user_id)
        assert uow.receipts.of(book, [LUNCH]) == [early, late]
        assert uow.receipts.of(book, [LUNCH, TAXI, *(uuid7() for _ in range(600))]) == [early, other, late]
        assert uow.receipts.of(book, []) == []


def test_a_file_is_used_as_long_as_a_receipt_shows_it(store: ExpensesStore) -> None:
    file = a_file()
    one, two = a_receipt(file), a_receipt(file, TAXI)
    entered(store, MARIA, one, two)
    with store.write() as uow:
        book = uow.books.lock(MARIA)
        uow.receipts.remove(book, one)
        assert uow.receipts.is_used(book, file.sha256)
        uow.receipts.remove_of(book, [TAXI, LUNCH])
        assert not uow.receipts.is_used(book, file.sha256)
        assert uow.receipts.recorded_ms(book, file.sha256) == 1


def test_a_note_can_be_written_again_and_dropped(store: ExpensesStore) -> None:
    file = a_file()
    with store.write() as uow:
        book = uow.books.lock(MARIA)
        assert uow.receipts.recorded_ms(book, file.sha256) is None
        for moment in (7, 7, 9):
            uow.receipts.record(book, file, moment)
            assert uow.receipts.recorded_ms(book, file.sha256) == moment
        uow.receipts.delete_record(book, file.sha256)
        assert uow.receipts.recorded_ms(book, file.sha256) is None


def test_an_old_file_without_a_receipt_is_found_with_its_owner(store: ExpensesStore) -> None:
    shown, left, fresh = a_receipt(a_file("shown")), a_file("left"), a_file("fresh")
    entered(store, MARIA, shown)
    with store.write() as uow:
        maria, otto = uow.books.lock(MARIA), uow.books.lock(OTTO)
        uow.receipts.record(otto, left, 5)
        uow.receipts.record(otto, shown.file, 6)
        uow.receipts.record(maria, fresh, 100)
    with store.read() as uow:
        assert sorted((book.id, sha256) for book, sha256 in uow.receipts.unused(100, 10)) == sorted(
            [(OTTO.user_id, left.sha256), (OTTO.user_id, shown.file.sha256)]
        )
        assert len(uow.receipts.unused(100, 1)) == 1


def test_a_deleted_account_leaves_no_row(store: ExpensesStore) -> None:
    entered(store, MARIA, a_receipt(a_file()))
    entered(store, OTTO, kept := a_receipt(a_file()))
    with store.write() as uow:
        book = uow.books.lock(MARIA)
        uow.receipts.forget(book)
        assert uow.receipts.of(book, [LUNCH]) == []
        assert uow.receipts.recorded_ms(book, kept.file.sha256) is None
        assert uow.receipts.of(uow.books.lock(OTTO), [LUNCH]) == [kept]
