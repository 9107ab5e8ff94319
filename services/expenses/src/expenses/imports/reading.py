"""Reads a file in the way in which the person corrected files of the same shape before, and previews it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import IO

from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.errors import NoRateError, UnreadableFileError
from expenses.imports.fingerprints import Fingerprints, already_there
from expenses.imports.model import Import
from expenses.imports.month_names import month_names
from expenses.imports.readers.detection import Layout, ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.outlay_csv import EXPORT_MAPPING
from expenses.imports.readers.preview import ImportPreview, build_preview
from expenses.imports.readers.rows import Row
from expenses.imports.readers.vocabulary import plain
from expenses.imports.remembered import RememberedMapping, apply, merged, only_direction, parts_of
from expenses.rates.converter import Converter
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork
from money import Money, MoneyError, decimals_of


@dataclasses.dataclass(frozen=True)
class FileRead:
    """How a file is read, and which part of that a person said rather than Outlay detected."""

    layout: Layout
    reader: ReadingContext
    shape: str | None = None
    """What files of the same source have in common; None if nothing is to be remembered of this one."""
    kept: RememberedMapping | None = None
    """What an earlier correction of such a file left."""
    applied: Mapping | None = None
    """How much of that is in use."""
    correction: Mapping | None = None
    """What to remember; empty if detection is right, None to leave what is remembered as it is."""
    forget: bool = False
    """Whether the caller wants earlier corrections forgotten."""

    @property
    def in_use(self) -> Mapping | None:
        """The remembered correction by which it is read, if there is one."""
        return None if self.applied is None or self.applied == Mapping() else self.applied

    def remember(self, uow: ExpensesUnitOfWork, book: Book, done: Import) -> list[str]:
        """Store the correction for the next file of this shape; return the names of the parts that it sets."""
        if self.shape is None:
            return []
        before = uow.mappings.get(book, self.shape)
        if self.correction is None:
            if before is not None and self.kept is not None:
                uow.mappings.mark_used(book, self.shape)
            return []
        if self.correction == Mapping():
            if self.forget or not _of_other_files(before, self.layout.signs):
                uow.mappings.remove(book, self.shape)
            return []
        now = RememberedMapping(
            shape=self.shape,
            mapping=self.correction,
            signs=frozenset([self.layout.signs]),
            import_id=done.id,
            corrected_at=done.created_at,
        )
        if before is not None and before.mapping == now.mapping:
            now = dataclasses.replace(now, signs=now.signs | before.signs, corrected_at=before.corrected_at)
        uow.mappings.put(book, now)
        return parts_of(self.correction)


def _of_other_files(kept: RememberedMapping | None, signs: str) -> bool:
    """Say whether a correction is about the signs of files whose amounts have other signs."""
    return kept is not None and kept.mapping is not None and only_direction(kept.mapping) and signs not in kept.signs


class FileReader:
    """How files of everybody are read."""

    def __init__(self, store: ExpensesStore, converter: Converter) -> None:
        self._store, self._converter = store, converter

    def read(self, caller: Caller, stream: IO[bytes], given: Mapping, *, afresh: bool = False) -> FileRead:
        """Find out how to read a file; `afresh` leaves earlier corrections aside. Raises UnreadableFileError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
        currency = book.home_currency if book else caller.home_currency
        reader = ReadingContext(currency, caller.locale, month_names(caller.locale))
        try:
            detected = detect_layout(stream, Mapping(), reader)
        except UnreadableFileError:
            if given == Mapping():
                raise
            return FileRead(detect_layout(stream, given, reader), reader)
        if detected.mapping == EXPORT_MAPPING:
            return FileRead(detect_layout(stream, given, reader), reader)
        shape = shape_of(detected)
        kept = None if afresh else self._kept(book, shape)
        found = apply(stream, kept, given, detected, reader) if kept is not None else None
        if found is not None:
            correction = None if given == Mapping() else _correction(detected, merged(found.mapping, given))
            return FileRead(found.layout, reader, shape, kept, found.mapping, correction)
        if given == Mapping():
            return FileRead(detected, reader, shape, correction=Mapping() if afresh else None, forget=afresh)
        return FileRead(detect_layout(stream, given, reader), reader, shape, correction=_correction(detected, given))

    def preview(self, caller: Caller, stream: IO[bytes], given: Mapping, *, afresh: bool = False) -> tuple[FileRead, ImportPreview]:
        """Return how a file would be read, and what an ImportPreview says of its rows; raises UnreadableFileError."""
        read = self.read(caller, stream, given, afresh=afresh)
        reader, encoding = read.reader, read.layout.mapping.encoding or "utf-8"

        def has_rate(currency: str, day: str) -> bool:
            try:
                self._converter.home_of(Money(10 ** decimals_of(currency), currency), reader.home_currency, date.fromisoformat(day))
            except (NoRateError, MoneyError):
                return False
            return True

        def duplicates(rows: Sequence[tuple[Row, Sequence[str]]]) -> list[bool]:
            prints = Fingerprints(encoding)
            pairs = [prints.of(row, cells) for row, cells in rows]
            with self._store.read() as uow:
                book = uow.books.find(caller.book_id)
                return already_there(uow, book, pairs) if book else [False] * len(pairs)

        return read, build_preview(read.layout, reader, has_rate, duplicates)

    def _kept(self, book: Book | None, shape: str) -> RememberedMapping | None:
        if book is None:
            return None
        with self._store.read() as uow:
            return uow.mappings.get(book, shape)


def shape_of(detected: Layout) -> str:
    """Return what files of one source have in common: the delimiter, and the titles or else the number of columns."""
    titles = [plain(title) for title in detected.titles] if detected.mapping.header else []
    content = json.dumps([detected.mapping.delimiter, len(detected.titles), titles])
    return hashlib.sha256(content.encode()).hexdigest()


def _correction(detected: Layout, wanted: Mapping) -> Mapping:
    """Return what differs from detection. The rest is not remembered: another file may show it more clearly."""
    found = vars(detected.mapping)
    said = {
        name: value
        for name, value in vars(wanted).items()
        if name != "columns" and value is not None and (value != found[name] or (name == "sign" and not detected.sign_certain))
    }
    moved = any(detected.mapping.columns.get(name) != index for name, index in wanted.columns.items())
    return Mapping(**said, columns=wanted.columns if moved else {})
