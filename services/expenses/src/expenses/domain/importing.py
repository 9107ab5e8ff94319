"""Importing a file, looking into it before, and undoing it after."""

from __future__ import annotations

import dataclasses
import re
from typing import IO, TYPE_CHECKING, Any

from expenses.domain.booking import batches_of, book
from expenses.domain.csvfile.layout import Layout, Reader, find_layout
from expenses.domain.csvfile.preview import preview_of
from expenses.domain.csvfile.records import records_of
from expenses.domain.csvfile.rows import Row, RowError, RowReader
from expenses.domain.csvfile.source import opened
from expenses.domain.errors import ImportNotFoundError, UnreadableFileError
from expenses.domain.expense import Change, milliseconds
from expenses.domain.intake import Intake
from expenses.domain.ledger import Page
from expenses.domain.ports import Filter

if TYPE_CHECKING:
    from expenses.domain.conversion import Converter
    from expenses.domain.csvfile.mapping import Mapping
    from expenses.domain.imports import Import
    from expenses.domain.ports import Clock, Ids, Owner, Position, Repeat, Store, Who, Work

_MOST_ROWS = 1_000_000
_MOST_NAME = 255


class Importing:
    """The imports of everybody."""

    def __init__(self, store: Store, converter: Converter, clock: Clock, ids: Ids) -> None:
        self._store, self._converter, self._clock, self._ids = store, converter, clock, ids

    def preview(self, who: Who, stream: IO[bytes], mapping: Mapping) -> dict[str, Any]:
        """Return how a file would be read; raises UnreadableFileError."""
        reader = self._reader(who)
        return preview_of(find_layout(stream, mapping, reader), reader)

    def run(self, who: Who, stream: IO[bytes], filename: str, mapping: Mapping, repeat: Repeat) -> dict[str, Any]:
        """Import a file in one transaction, all that can be read of it or nothing; raises UnreadableFileError."""
        layout = find_layout(stream, mapping, self._reader(who))
        if layout.errors:
            raise UnreadableFileError(" ".join(layout.errors))
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            return work.once(who.user_id, repeat, lambda: self._run(work, owner, stream, filename, layout))

    def _run(self, work: Work, owner: Owner, stream: IO[bytes], filename: str, layout: Layout) -> dict[str, Any]:
        intake = Intake(work, owner, self._converter, self._clock, self._ids)
        reader = RowReader(layout.mapping, owner.home_currency)
        with opened(stream, layout.mapping.encoding or "utf-8") as text:
            for line, cells in records_of(text, layout.mapping.delimiter or ","):
                if line >= layout.first_line:
                    _take(intake, reader, line, cells)
        done = intake.finish(_name(filename))
        work.imports.add(owner, done)
        work.announce("import.completed", owner, _told(owner, done))
        return done.to_wire()

    def _reader(self, who: Who) -> Reader:
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
        return Reader(owner.home_currency if owner else who.home_currency, who.locale)

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
        """Remove every expense that an import brought; a second time does nothing. Raises ImportNotFoundError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            done = work.imports.get(owner, import_id)
            if done is None:
                raise ImportNotFoundError
            if done.undone_ms is None:
                for batch in batches_of(work, owner, Filter(import_id=import_id)):
                    book(work, owner, [Change(expense, None) for expense in batch], import_id=import_id)
                work.imports.replace(owner, dataclasses.replace(done, undone_ms=milliseconds(self._clock())))


def _take(intake: Intake, reader: RowReader, line: int, cells: list[str]) -> None:
    if intake.rows >= _MOST_ROWS:
        message = f"The file has more than {_MOST_ROWS:,} rows; split it."
        raise UnreadableFileError(message)
    try:
        row: Row = reader.read(cells)
    except RowError as error:
        # A line of blanks or of delimiters alone is no row.
        if any(cell.strip() for cell in cells):
            intake.refuse(line, str(error))
    else:
        intake.take(line, row)


def _name(filename: str) -> str:
    """Return the last part of a path, free of what cannot be shown; some browsers send all of it."""
    name = "".join(letter for letter in re.split(r"[/\\]", filename)[-1] if letter.isprintable()).strip()
    return name[-_MOST_NAME:] or "upload.csv"


def _told(owner: Owner, done: Import) -> dict[str, Any]:
    return {
        "user_id": owner.user_id,
        "import_id": done.id,
        "filename": done.filename,
        "rows": done.rows,
        "imported": done.imported,
        "duplicates": done.duplicates,
        "failed": done.failed,
        "from": done.first_day,
        "to": done.last_day,
    }
