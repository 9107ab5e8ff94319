"""Importing a file, looking into it before, and undoing it after."""

from __future__ import annotations

import dataclasses
import logging
import re
import time
from typing import IO, TYPE_CHECKING, Any

from expenses.entries.model import milliseconds
from expenses.entries.service import Page
from expenses.errors import DepartedError, ImportInterruptedError, ImportNotFoundError, ImportRunningError, UnreadableFileError
from expenses.imports.batches import ROWS, Intake
from expenses.imports.readers.non_bookings import NonBookingColumns, reason_left_out
from expenses.imports.readers.outlay_csv import RowReader, row_reader
from expenses.imports.readers.records import read_records
from expenses.imports.readers.rows import RowError, RowLeftOutError
from expenses.imports.readers.text import open_text
from expenses.imports.reading import FileRead, FileReading
from expenses.jobs.model import PUBLISHING, RUNNING, UNDOING, ImportJob
from expenses.jobs.service import ImportSettling

if TYPE_CHECKING:
    from collections.abc import Callable

    from expenses.home_currency.converter import Converter
    from expenses.imports.model import Import
    from expenses.imports.readers.detection import Layout
    from expenses.imports.readers.mapping import Mapping
    from expenses.ports import Clock, Ids, MonthNames, Owner, Position, Repeat, Store, Who, Work

log = logging.getLogger("outlay.imports")

_MOST_ROWS = 1_000_000
_MOST_NAME = 255
_PAUSE_SECONDS, _MOST_PAUSES = 0.2, 100


@dataclasses.dataclass(frozen=True)
class _Begun:
    """What an import starts with; the answer if the same request was answered before."""

    job: ImportJob
    owner: Owner
    known: bool
    answer: dict[str, Any] | None


class Importing:
    """The imports of everybody."""

    def __init__(
        self,
        store: Store,
        converter: Converter,
        months: MonthNames,
        clock: Clock,
        ids: Ids,
        *,
        pause: Callable[[float], None] = time.sleep,
        rows_at_once: int = ROWS,
    ) -> None:
        """`pause` waits some seconds for another import of the same person; `rows_at_once` go in with one transaction."""
        self._store, self._converter, self._clock, self._ids, self._pause = store, converter, clock, ids, pause
        self._rows_at_once = rows_at_once
        self._reading, self._settling = FileReading(store, converter, months), ImportSettling(store, converter, clock)

    def preview(self, who: Who, stream: IO[bytes], mapping: Mapping, *, afresh: bool = False) -> dict[str, Any]:
        """Return how a file would be read; `afresh` leaves earlier corrections aside. Raises UnreadableFileError."""
        return self._reading.preview(who, stream, mapping, afresh=afresh)

    def run(
        self, who: Who, stream: IO[bytes], filename: str, mapping: Mapping, repeat: Repeat, *, afresh: bool = False
    ) -> dict[str, Any]:
        """Import all that can be read of a file, or nothing; `afresh` leaves earlier corrections of its mapping aside.

        Raises:
            UnreadableFileError: if it cannot be imported.
            ImportRunningError: if another import of the same person does not end.
            ImportInterruptedError: if this process stood still for so long that another one took the import back.
        """
        read = self._reading.read(who, stream, mapping, afresh=afresh)
        layout = read.layout
        if layout.errors:
            raise UnreadableFileError(" ".join(layout.errors))
        begun = self._begin(who, repeat)
        if begun.answer is not None:
            return begun.answer
        try:
            done = self._take_in(who, stream, layout, begun)
            done = dataclasses.replace(done, filename=_name(filename))
            answer = self._store.run(lambda work: _finish(work, who, done, repeat, read))
        except BaseException:
            self._quietly(who, failed=begun.job.import_id)
            raise
        self._quietly(who)
        return answer

    def _begin(self, who: Who, repeat: Repeat) -> _Begun:
        """Wait for an earlier import of the same person, then make a job for this one; or find the answer that it had before."""
        for _ in range(_MOST_PAUSES):
            begun = self._store.run(lambda work: self._try(work, who, repeat))
            if begun is not None:
                return begun
            self._settling.settle(who)
            self._pause(_PAUSE_SECONDS)
        raise ImportRunningError

    def _try(self, work: Work, who: Who, repeat: Repeat) -> _Begun | None:
        owner = work.owners.hold(who)
        answer, other = work.answered(who.user_id, repeat), work.jobs.of(owner)
        job = other or ImportJob(self._ids(), RUNNING)
        if answer is None:
            if other is not None:
                return None
            work.jobs.put(owner, job)
        return _Begun(job, owner, known=work.expenses.any_imported(owner), answer=answer)

    def _take_in(self, who: Who, stream: IO[bytes], layout: Layout, begun: _Begun) -> Import:
        encoding = layout.mapping.encoding or "utf-8"
        intake = Intake(
            begun.job,
            begun.owner,
            encoding=encoding,
            known=begun.known,
            converter=self._converter,
            clock=self._clock,
            ids=self._ids,
            most=self._rows_at_once,
        )
        reader = row_reader(layout.mapping, begun.owner.home_currency, layout.months)
        with open_text(stream, encoding) as text:
            for line, cells in read_records(text, layout.mapping.delimiter or ","):
                if line >= layout.first_line and _take(intake, reader, line, cells, layout.non_bookings):
                    self._write(who, intake)
        self._write(who, intake)
        return intake.result()

    def _write(self, who: Who, intake: Intake) -> None:
        """Write a batch in a transaction of its own."""
        intake.wrote(self._store.run(lambda work: intake.write(work, _still_running(work, who, intake.job.import_id))))

    def _quietly(self, who: Who, *, failed: str | None = None) -> None:
        """Settle what is left; if the store is unavailable, it is settled later, and the caller hears what became of the import."""
        try:
            self._settling.settle(who, failed=failed)
        except DepartedError:
            log.info("an import ends with the account")
        except Exception as error:
            log.warning("an import is not settled yet", extra={"reason": type(error).__name__})

    def get(self, who: Who, import_id: str) -> dict[str, Any]:
        """Return one import; raises ImportNotFoundError."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            done = work.imports.get(owner, import_id) if owner else None
        if done is None:
            raise ImportNotFoundError
        return done.to_wire()

    def page(self, who: Who, limit: int, after: Position | None) -> Page:
        """Return a part of the list, newest first."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            found = work.imports.page(owner, limit + 1, after) if owner else []
        kept = found[:limit]
        position = [kept[-1].created_ms, kept[-1].id] if len(found) > limit else None
        return Page([done.to_wire() for done in kept], position)

    def undo(self, who: Who, import_id: str) -> None:
        """Remove every expense that an import brought; a second time does nothing.

        Raises:
            ImportNotFoundError: if there is none.
            ImportRunningError: if another import of the same person does not end.
        """
        for _ in range(_MOST_PAUSES):
            begun = self._store.run(lambda work: self._begin_undo(work, who, import_id))
            self._settling.settle(who)
            if begun:
                return
            self._pause(_PAUSE_SECONDS)
        raise ImportRunningError

    def forget(self, who: Who, import_id: str) -> None:
        """Forget what an import taught about files with its columns; raises ImportNotFoundError."""
        self._store.run(lambda work: _forget(work, who, import_id))

    def _begin_undo(self, work: Work, who: Who, import_id: str) -> bool:
        """Make a job of it; False if another one is in the way."""
        owner = work.owners.hold(who)
        done = work.imports.get(owner, import_id)
        if done is None:
            raise ImportNotFoundError
        if done.undone_ms is None:
            if work.jobs.of(owner) is not None:
                return False
            work.imports.replace(owner, dataclasses.replace(done, undone_ms=milliseconds(self._clock())))
            work.jobs.put(owner, ImportJob(import_id, UNDOING))
            work.mappings.forget(owner, import_id)
        return True


def _still_running(work: Work, who: Who, import_id: str) -> Owner:
    """Return the owner, held, if nobody has taken the import back meanwhile."""
    owner = work.owners.hold(who)
    job = work.jobs.of(owner)
    if job is None or (job.import_id, job.state) != (import_id, RUNNING):
        raise ImportInterruptedError
    return owner


def _finish(work: Work, who: Who, done: Import, repeat: Repeat, read: FileRead) -> dict[str, Any]:
    owner = _still_running(work, who, done.id)
    learned = read.remember(work, owner, done) if done.imported or done.duplicates else []
    work.imports.add(owner, done)
    work.jobs.put(owner, ImportJob(done.id, PUBLISHING))
    return work.once(who.user_id, repeat, lambda: {**done.to_wire(), **read.to_wire(), "learned": learned})


def _forget(work: Work, who: Who, import_id: str) -> None:
    owner = work.owners.hold(who)
    if work.imports.get(owner, import_id) is None:
        raise ImportNotFoundError
    work.mappings.forget(owner, import_id)


def _take(intake: Intake, reader: RowReader, line: int, cells: list[str], non_bookings: NonBookingColumns) -> bool:
    """Read a row; return whether a batch is full."""
    if intake.rows >= _MOST_ROWS:
        message = f"The file has more than {_MOST_ROWS:,} rows; split it."
        raise UnreadableFileError(message)
    summary = reason_left_out(cells, non_bookings)
    if summary is not None:
        intake.leave_out(line, summary)
        return False
    try:
        row = reader.read(cells)
    except RowError as error:
        # A line of blanks or of delimiters alone is no row.
        if any(cell.strip() for cell in cells):
            intake.refuse(line, str(error))
        return False
    except RowLeftOutError as error:
        intake.leave_out(line, str(error))
        return False
    return intake.take(line, row, cells)


def _name(filename: str) -> str:
    """Return the last part of a path, free of what cannot be shown; some browsers send all of it."""
    name = "".join(letter for letter in re.split(r"[/\\]", filename)[-1] if letter.isprintable()).strip()
    return name[-_MOST_NAME:] or "upload.csv"
