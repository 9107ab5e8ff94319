"""Reads a file the way its owner had files of the same shape read before, and says what it would bring."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import IO, TYPE_CHECKING, Any

from expenses.entries.model import instant
from expenses.errors import NoRateError, UnreadableFileError
from expenses.imports.fingerprints import Fingerprints, already_there
from expenses.imports.readers.detection import Layout, ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.outlay_csv import EXPORT_MAPPING
from expenses.imports.readers.preview import build_preview
from expenses.imports.readers.vocabulary import plain
from expenses.imports.remembered import Remembered, apply, merged, only_direction, parts_of, written
from money import Money, MoneyError, decimals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.home_currency.converter import Converter
    from expenses.imports.model import Import
    from expenses.imports.readers.rows import Row
    from expenses.ports import MonthNames, Owner, Store, Who, Work


@dataclasses.dataclass(frozen=True)
class FileRead:
    """How a file is read, and what of that its owner said rather than Outlay found out."""

    layout: Layout
    reader: ReadingContext
    shape: str | None = None
    """What files of the same source have in common; None if nothing is to be remembered of this one."""
    kept: Remembered | None = None
    """What an earlier correction of such a file left."""
    applied: Mapping | None = None
    """How much of that is in use."""
    correction: Mapping | None = None
    """What to remember; empty if detection is right, None to leave what is remembered as it is."""
    forget: bool = False
    """Whether the caller wants earlier corrections forgotten."""

    def to_wire(self) -> dict[str, Any]:
        """Return what an answer says of how the file was read."""
        used = self.applied is not None and self.applied != Mapping()
        correction = None
        if self.kept is not None and self.applied is not None and used:
            correction = {"corrected_at": instant(self.kept.corrected_ms), "parts": parts_of(self.applied)}
        return {"remembered": used, "correction": correction, "warnings": self.layout.warnings}

    def remember(self, work: Work, owner: Owner, done: Import) -> list[str]:
        """Store the correction for the next file of this shape; return the names of what is new in it."""
        if self.shape is None:
            return []
        before = work.mappings.get(owner, self.shape)
        if self.correction is None:
            if before is not None and self.kept is not None:
                work.mappings.put(owner, before)  # It was used again, so others are dropped before it.
            return []
        if self.correction == Mapping():
            if self.forget or not _of_other_files(before, self.layout.signs):
                work.mappings.remove(owner, self.shape)
            return []
        now = Remembered(
            shape=self.shape,
            mapping=written(self.correction),
            signs=frozenset([self.layout.signs]),
            import_id=done.id,
            corrected_ms=done.created_ms,
        )
        if before is not None and before.mapping == now.mapping:
            now = dataclasses.replace(now, signs=now.signs | before.signs, corrected_ms=before.corrected_ms)
        work.mappings.put(owner, now)
        return parts_of(self.correction)


def _of_other_files(kept: Remembered | None, signs: str) -> bool:
    """Say whether a correction is about the signs of files whose amounts have other signs."""
    mapping = kept.to_mapping() if kept is not None else None
    return kept is not None and mapping is not None and only_direction(mapping) and signs not in kept.signs


class FileReading:
    """How files of everybody are read."""

    def __init__(self, store: Store, converter: Converter, months: MonthNames) -> None:
        self._store, self._converter, self._months = store, converter, months

    def read(self, who: Who, stream: IO[bytes], given: Mapping, *, afresh: bool = False) -> FileRead:
        """Find out how to read a file; `afresh` leaves earlier corrections aside. Raises UnreadableFileError."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
        currency = owner.home_currency if owner else who.home_currency
        reader = ReadingContext(currency, who.locale, self._months.languages(who.locale))
        try:
            detected = detect_layout(stream, Mapping(), reader)
        except UnreadableFileError:
            if given == Mapping():
                raise
            return FileRead(detect_layout(stream, given, reader), reader)
        if detected.mapping == EXPORT_MAPPING:
            return FileRead(detect_layout(stream, given, reader), reader)
        shape = shape_of(detected)
        kept = None if afresh else self._kept(owner, shape)
        found = apply(stream, kept, given, detected, reader) if kept is not None else None
        if found is not None:
            correction = None if given == Mapping() else _correction(detected, merged(found.mapping, given))
            return FileRead(found.layout, reader, shape, kept, found.mapping, correction)
        if given == Mapping():
            return FileRead(detected, reader, shape, correction=Mapping() if afresh else None, forget=afresh)
        return FileRead(detect_layout(stream, given, reader), reader, shape, correction=_correction(detected, given))

    def preview(self, who: Who, stream: IO[bytes], given: Mapping, *, afresh: bool = False) -> dict[str, Any]:
        """Return how a file would be read; raises UnreadableFileError."""
        read = self.read(who, stream, given, afresh=afresh)
        reader, encoding = read.reader, read.layout.mapping.encoding or "utf-8"

        def has_rate(currency: str, day: str) -> bool:
            try:
                self._converter.home_of(Money(10 ** decimals_of(currency), currency), reader.home_currency, day)
            except (NoRateError, MoneyError):
                return False
            return True

        def duplicates(rows: Sequence[tuple[Row, Sequence[str]]]) -> list[bool]:
            prints = Fingerprints(encoding)
            pairs = [prints.of(row, cells) for row, cells in rows]
            with self._store.reading() as work:
                owner = work.owners.find(who.user_id)
                return already_there(work, owner, pairs) if owner else [False] * len(pairs)

        return {**build_preview(read.layout, reader, has_rate, duplicates), **read.to_wire()}

    def _kept(self, owner: Owner | None, shape: str) -> Remembered | None:
        if owner is None:
            return None
        with self._store.reading() as work:
            return work.mappings.get(owner, shape)


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
