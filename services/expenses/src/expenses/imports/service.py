"""Importing a file, previewing it before, and undoing the import afterwards."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO

from chassis.runtime.clock import Clock
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.errors import ImportInterruptedError, ImportNotFoundError, ImportRunningError, UnreadableFileError
from expenses.imports.batches import ROWS, ImportBatches
from expenses.imports.model import Import
from expenses.imports.readers.detection import Layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.non_bookings import NonBookingColumns, reason_left_out
from expenses.imports.readers.outlay_csv import RowReader, row_reader
from expenses.imports.readers.preview import ImportPreview
from expenses.imports.readers.records import read_records
from expenses.imports.readers.rows import RowError, RowLeftOutError
from expenses.imports.readers.text import open_text
from expenses.imports.reading import FileRead, FileReader
from expenses.moments import milliseconds, whole_milliseconds
from expenses.paging import Page, Position
from expenses.rates.converter import Converter
from expenses.tasks.model import Task, TaskState
from expenses.tasks.service import TaskRunner
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

log = logging.getLogger("outlay.imports")

_MOST_ROWS = 1_000_000
_MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import, and what the caller says about reading it."""

    stream: IO[bytes]
    mapping: Mapping
    filename: str = ""
    afresh: bool = False
    """Whether earlier corrections of files with its columns are ignored."""


@dataclass(frozen=True, slots=True)
class ImportDone:
    """A finished import, how its file was read, and which parts of a correction are remembered for the next such file."""

    done: Import
    read: FileRead
    learned: list[str]


@dataclass(frozen=True, slots=True)
class _Begun:
    """What an import starts with; the stored response if the same request was answered before."""

    task: Task
    book: Book
    known: bool
    response: StoredResponse | None


class ImportService:
    """Imports files."""

    def __init__(
        self,
        store: ExpensesStore,
        converter: Converter,
        tasks: TaskRunner,
        clock: Clock,
        ids: Ids,
        *,
        pause: Callable[[float], None] = time.sleep,
        rows_at_once: int = ROWS,
    ) -> None:
        """`pause` waits some seconds for another import into the same book; `rows_at_once` go in with one transaction."""
        self._store, self._converter, self._tasks = store, converter, tasks
        self._clock, self._ids, self._pause, self._rows_at_once = clock, ids, pause, rows_at_once
        self._reader = FileReader(store, converter)

    def preview(self, caller: Caller, upload: Upload) -> tuple[FileRead, ImportPreview]:
        """Return how a file would be read, and what an ImportPreview says of its rows. Raises UnreadableFileError."""
        return self._reader.preview(caller, upload.stream, upload.mapping, afresh=upload.afresh)

    def run(
        self, caller: Caller, upload: Upload, key: IdempotencyKey | None, respond: Callable[[ImportDone], StoredResponse]
    ) -> StoredResponse:
        """Import all rows of a file that can be read, or nothing.

        Raises:
            UnreadableFileError: if it cannot be imported.
            ImportRunningError: if another import into the same book does not end.
            ImportInterruptedError: if this process stood still for so long that another one reverted the import.
        """
        read = self._reader.read(caller, upload.stream, upload.mapping, afresh=upload.afresh)
        if read.layout.errors:
            raise UnreadableFileError(" ".join(read.layout.errors))
        begun = self._begin(caller, key)
        if begun.response is not None:
            return begun.response
        try:
            done = self._write_rows(caller, upload.stream, read.layout, begun).result(_name(upload.filename))
            response = self._store.run(lambda uow: uow.idempotent(key, lambda: respond(_finish(uow, caller, done, read))))
        except BaseException:
            self._finish_task(caller, failed=begun.task.id)
            raise
        self._finish_task(caller)
        return response

    def _begin(self, caller: Caller, key: IdempotencyKey | None) -> _Begun:
        """Wait for an earlier import into the same book, then make a task for this one; or find the stored response."""
        begun: list[_Begun] = []
        if not self._tasks.begin(caller.book_id, lambda uow: self._try(uow, caller, key, begun), self._pause):
            raise ImportRunningError
        return begun[-1]

    def _try(self, uow: ExpensesUnitOfWork, caller: Caller, key: IdempotencyKey | None, begun: list[_Begun]) -> bool:
        book = uow.books.lock(caller)
        response, other = uow.stored_response(key), uow.tasks.find(book)
        task = other or Task(self._ids(), TaskState.RUNNING)
        if response is None:
            if other is not None:
                return False
            uow.tasks.put(book, task)
        begun.append(_Begun(task, book, known=uow.expenses.any_imported(book), response=response))
        return True

    def _write_rows(self, caller: Caller, stream: IO[bytes], layout: Layout, begun: _Begun) -> ImportBatches:
        encoding = layout.mapping.encoding or "utf-8"
        batches = ImportBatches(
            begun.task,
            begun.book,
            encoding=encoding,
            known=begun.known,
            converter=self._converter,
            clock=self._clock,
            ids=self._ids,
            most=self._rows_at_once,
        )
        reader = row_reader(layout.mapping, begun.book.home_currency, layout.months)
        with open_text(stream, encoding) as text:
            for line, cells in read_records(text, layout.mapping.delimiter or ","):
                if line >= layout.first_line and _take(batches, reader, line, cells, layout.non_bookings):
                    self._write(caller, batches)
        self._write(caller, batches)
        return batches

    def _write(self, caller: Caller, batches: ImportBatches) -> None:
        """Write a batch in a transaction of its own."""
        batches.count(self._store.run(lambda uow: batches.write(uow, _lock_running(uow, caller, batches.task.id))))

    def _finish_task(self, caller: Caller, *, failed: str | None = None) -> None:
        """Finish the task; if the store is unavailable, a worker does it later, and the caller learns what became of the import."""
        try:
            self._tasks.finish(caller.book_id, failed=failed)
        except Exception as error:
            log.warning("an import's task is not finished yet", extra={"reason": type(error).__name__})

    def get(self, caller: Caller, import_id: str) -> Import:
        """Return one import; raises ImportNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            done = uow.imports.get(book, import_id) if book else None
        if done is None:
            raise ImportNotFoundError
        return done

    def page(self, caller: Caller, limit: int, after: Position | None) -> Page[Import]:
        """Return a part of the list, newest first."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            found = uow.imports.page(book, limit + 1, after) if book else []
        return Page.of(found, limit, lambda done: [milliseconds(done.created_at), done.id])

    def undo(self, caller: Caller, import_id: str) -> None:
        """Remove every expense that an import brought; a second time does nothing.

        Raises:
            ImportNotFoundError: if there is none.
            ImportRunningError: if another import into the same book does not end.
        """
        if not self._tasks.begin(caller.book_id, lambda uow: self._begin_undo(uow, caller, import_id), self._pause):
            raise ImportRunningError
        self._tasks.finish(caller.book_id)

    def forget(self, caller: Caller, import_id: str) -> None:
        """Forget what an import taught about files with its columns; raises ImportNotFoundError."""
        self._store.run(lambda uow: _forget(uow, caller, import_id))

    def _begin_undo(self, uow: ExpensesUnitOfWork, caller: Caller, import_id: str) -> bool:
        """Begin a task; return False if another one is in the way."""
        book = uow.books.lock(caller)
        done = uow.imports.get(book, import_id)
        if done is None:
            raise ImportNotFoundError
        if done.undone_at is None:
            if uow.tasks.find(book) is not None:
                return False
            uow.imports.replace(book, replace(done, undone_at=whole_milliseconds(self._clock())))
            uow.tasks.put(book, Task(import_id, TaskState.UNDOING))
            uow.mappings.forget(book, import_id)
        return True


def _lock_running(uow: ExpensesUnitOfWork, caller: Caller, import_id: str) -> Book:
    """Return the book, locked, if no other process has reverted the import meanwhile."""
    book = uow.books.lock(caller)
    task = uow.tasks.find(book)
    if task is None or (task.id, task.state) != (import_id, TaskState.RUNNING):
        raise ImportInterruptedError
    return book


def _finish(uow: ExpensesUnitOfWork, caller: Caller, done: Import, read: FileRead) -> ImportDone:
    book = _lock_running(uow, caller, done.id)
    learned = read.remember(uow, book, done) if done.imported or done.duplicates else []
    uow.imports.add(book, done)
    uow.tasks.put(book, Task(done.id, TaskState.PUBLISHING))
    return ImportDone(done, read, learned)


def _forget(uow: ExpensesUnitOfWork, caller: Caller, import_id: str) -> None:
    book = uow.books.lock(caller)
    if uow.imports.get(book, import_id) is None:
        raise ImportNotFoundError
    uow.mappings.forget(book, import_id)


def _take(batches: ImportBatches, reader: RowReader, line: int, cells: list[str], non_bookings: NonBookingColumns) -> bool:
    """Read a row; return whether a batch is full."""
    if batches.rows >= _MOST_ROWS:
        raise UnreadableFileError(f"The file has more than {_MOST_ROWS:,} rows; split it.")
    reason = reason_left_out(cells, non_bookings)
    if reason is not None:
        batches.leave_out(line, reason)
        return False
    try:
        row = reader.read(cells)
    except RowError as error:
        # A line of blanks or of delimiters alone is not a row.
        if any(cell.strip() for cell in cells):
            batches.refuse(line, str(error))
        return False
    except RowLeftOutError as error:
        batches.leave_out(line, str(error))
        return False
    return batches.take(line, row, cells)


def _name(filename: str) -> str:
    """Return the last part of a path, without characters that cannot be shown; some browsers send all of it."""
    name = "".join(letter for letter in re.split(r"[/\\]", filename)[-1] if letter.isprintable()).strip()
    return name[-_MOST_NAME:] or "upload.csv"
