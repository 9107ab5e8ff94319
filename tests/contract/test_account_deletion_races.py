"""An account deleted during its owner's import, upload or first expense leaves nothing behind, on any store."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

import pytest
import sqlalchemy as sa

from chassis.messaging.events import event_maker
from chassis.runtime.idempotency import StoredResponse
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database, StoreUnavailableError
from chassis.storage.migrations import migrate
from expenses.app import task_runner
from expenses.entries.service import ExpenseService
from expenses.errors import DepartedError
from expenses.home_currency.conversion import HomeCurrencyChange
from expenses.imports.readers.mapping import Mapping
from expenses.imports.service import ImportService, Upload
from expenses.people.service import PeopleService
from expenses.rates.converter import Converter
from expenses.receipts.examiner import ExaminedFile
from expenses.receipts.files.folder import FolderFiles
from expenses.receipts.model import StoredFile
from expenses.receipts.service import ReceiptService
from expenses.tables import metadata
from expenses.unit_of_work import ExpensesStore
from support.expense_rows import record_expense
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url

FILE = "date,amount,currency,payee\n" + "".join(f"2026-01-{day:02},1.00,USD,Shop\n" for day in range(1, 29))


class Gate:
    """Stops threads until it is opened."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Event(), threading.Event()

    def pass_through(self) -> None:
        self.reached.set()
        assert self._open.wait(60)

    def open(self) -> None:
        self._open.set()


class GatedRates:
    """Exchange rates at which an import waits."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def rate(self, _source: str, _target: str, _day: str) -> Decimal:
        self._gate.pass_through()
        return Decimal("0.9")

    nearest = rate


@dataclass
class World:
    """The expenses service on a store, without its API."""

    database: Database
    folder: Path

    def __post_init__(self) -> None:
        self.gate, self.clock = Gate(), lambda: datetime.now(UTC)
        self.store = ExpensesStore(self.database, event_maker("expenses", self.clock, uuid7))
        self.files = FolderFiles(self.folder)
        self.converter = Converter(GatedRates(self.gate))
        self.tasks = task_runner(self.store, self.converter, self.clock)
        self.caller = a_caller(uuid7())

    def delete_account(self) -> None:
        """Handle user.deleted as a bus does: again, if another transaction was in the way."""
        event_id, deadline = uuid7(), time.monotonic() + 20
        change = HomeCurrencyChange(self.converter, self.clock)
        people = PeopleService(self.store, self.files, self.tasks, change)
        while True:
            try:
                return people.deleted(event_id, self.caller.user_id)
            except StoreUnavailableError:
                assert time.monotonic() < deadline

    def import_file(self) -> None:
        imports = ImportService(self.store, self.converter, self.tasks, self.clock, uuid7)
        with suppress(DepartedError):
            imports.run(self.caller, Upload(io.BytesIO(FILE.encode()), Mapping()), None, StoredResponse)

    def left(self) -> dict[str, int]:
        """Count the rows of each table that has any."""
        with self.database.read() as connection:
            tables = [table for table in metadata.sorted_tables if table.name not in ("inbox", "outbox")]
            counts = {table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() for table in tables}
        return {name: count for name, count in counts.items() if count}

    def stored(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    database = Database(store_url(request, "expenses"))
    migrate(database, "expenses")
    yield World(database, tmp_path / "receipts")
    database.close()


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run something in another thread, and wait for its end."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


def test_an_import_in_progress_is_erased_with_its_owner(world: World) -> None:
    with meanwhile(world.import_file):
        assert world.gate.reached.wait(60), "the import is in the middle"
        with meanwhile(world.delete_account):
            time.sleep(0.2)
            world.gate.open()
    assert world.left() == {"departed": 1}


def test_a_first_expense_during_the_erasure_is_refused(world: World) -> None:
    world.files = GatedFiles(world.folder, world.gate)
    refused: list[type[Exception]] = []

    def write() -> None:
        try:
            with world.store.write() as uow:
                uow.books.lock(world.caller)
        except (DepartedError, StoreUnavailableError) as error:
            refused.append(type(error))

    with meanwhile(world.delete_account):
        assert world.gate.reached.wait(60), "the erasing has noted that they left, and has not committed"
        with meanwhile(write):
            time.sleep(0.2)
            world.gate.open()
    assert len(refused) == 1
    assert world.left() == {"departed": 1}


class GatedFiles(FolderFiles):
    """A folder in which removing everything waits for a gate."""

    def __init__(self, folder: Path, gate: Gate) -> None:
        super().__init__(folder)
        self._gate = gate

    def remove_all(self, user_id: str) -> None:
        self._gate.pass_through()
        super().remove_all(user_id)


class LeavingFiles(FolderFiles):
    """A folder whose owner deletes the account while a file is being stored."""

    def __init__(self, folder: Path, leave: Callable[[], None]) -> None:
        super().__init__(folder)
        self._leave = leave

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str, media_type: str) -> None:
        self._leave()
        super().put(key, content, size=size, sha256=sha256, media_type=media_type)


class Believing:
    """An examiner that accepts every file."""

    @contextmanager
    def examine(self, stream: IO[bytes], _claimed: str | None, *, user_id: str) -> Iterator[ExaminedFile]:
        content = stream.read()
        file = StoredFile(sha256=hashlib.sha256(content).hexdigest(), media_type="image/png", size=len(content), thumbnail=True)
        yield ExaminedFile(file=file, extension="png", content=io.BytesIO(content), thumbnail=b"small")

    def clean_up(self, before: datetime) -> None:
        """Nothing is temporary here."""


def test_an_upload_in_progress_leaves_neither_file_nor_row(world: World) -> None:
    made = record_expense(ExpenseService(world.store, world.converter, world.clock, uuid7), world.caller)
    files = LeavingFiles(world.folder, world.delete_account)
    book = ReceiptService(world.store, files, Believing(), world.clock, uuid7)
    with pytest.raises(DepartedError):
        book.add(world.caller, made.id, io.BytesIO(b"lunch"), "lunch.png", None)
    assert world.stored() == []
    assert world.left() == {"departed": 1}


def test_cleanup_finds_the_file_of_an_upload_cut_off_by_erasure(world: World) -> None:
    world.delete_account()
    name = hashlib.sha256(b"lunch").hexdigest()
    world.files.put(f"{world.caller.user_id}/{name}", io.BytesIO(b"lunch"), size=5, sha256=name, media_type="image/png")
    ReceiptService(world.store, world.files, Believing(), world.clock, uuid7).clean_up()
    assert world.stored() == []
