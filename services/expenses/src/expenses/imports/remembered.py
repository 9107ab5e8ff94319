"""What is remembered of corrected files, and how much of it applies to another file with the same columns.

Columns and formats apply wherever rows can be read with them. What tells spending from income applies only to a file whose contents
do not speak against it: two banks may use the same titles and opposite signs.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import datetime
from typing import IO, NamedTuple

from expenses.entries.model import EXPENSE, INCOME
from expenses.errors import UnreadableFileError
from expenses.imports.readers.detection import ABOVE, BELOW, BOTH, Layout, ReadingContext, detect_layout
from expenses.imports.readers.mapping import SPENDING_POSITIVE, Mapping
from expenses.imports.readers.outlay_csv import row_reader
from expenses.imports.readers.rows import RowError, RowLeftOutError


@dataclasses.dataclass(frozen=True, kw_only=True)
class RememberedMapping:
    """How a person corrected files of one shape."""

    shape: str
    mapping: Mapping | None
    """What differs from detection; None if a newer version wrote it."""
    signs: frozenset[str]
    """Which signs the amounts had in the files for which this was confirmed."""
    import_id: str
    """The import that confirmed it last; undoing that forgets it."""
    corrected_at: datetime


class Applied(NamedTuple):
    """How a file is read with what is remembered, and which part of that is in use."""

    layout: Layout
    mapping: Mapping


def parts_of(mapping: Mapping) -> list[str]:
    """Return the names of the parts that a correction sets."""
    return [name for name, value in mapping.to_wire().items() if value or name == "header"]


def apply(stream: IO[bytes], kept: RememberedMapping, given: Mapping, detected: Layout, reader: ReadingContext) -> Applied | None:
    """Return how to read a file with a remembered correction, None if that does not fit it. What the caller says goes before it."""
    mapping = kept.mapping
    whole = mapping and _fitting(stream, merged(mapping, given), reader)
    if not mapping or not whole:
        return None
    neutral = _without_direction(mapping, detected)
    if merged(neutral, given) == merged(mapping, given):
        return Applied(whole, mapping)
    alone = _fitting(stream, merged(neutral, given), reader)
    if alone is None:
        return Applied(whole, mapping)
    opposite, other = _compared(whole, alone, reader)
    if alone.sign_certain:
        if not opposite:
            return Applied(whole, mapping) if other else Applied(alone, neutral)
        reason = "This file itself says the opposite"
    elif alone.signs not in kept.signs:
        reason = f"That file had {_signs_in_words(kept.signs)}; this one has {_signs_in_words([alone.signs])}"
    else:
        return Applied(whole, mapping)
    alone.warnings.insert(0, f"{_said(whole)} {reason}, so that is not applied here. Check a row that you know.")
    alone.sign_certain = False
    return Applied(alone, neutral)


def merged(kept: Mapping, given: Mapping) -> Mapping:
    """Return what the caller says, and for the rest what is remembered."""
    said = {name: value for name, value in vars(given).items() if value is not None}
    # A column that the caller gives to another field is no longer that of the remembered one.
    columns = {name: index for name, index in kept.columns.items() if index not in given.columns.values()}
    return dataclasses.replace(kept, **{**said, "columns": {**columns, **given.columns}})


def only_direction(mapping: Mapping) -> bool:
    """Say whether a correction says nothing but what is spending and what is income."""
    return dataclasses.replace(mapping, sign=None, kinds=None) == Mapping()


def _without_direction(mapping: Mapping, detected: Layout) -> Mapping:
    """Return the rest of a correction: the columns of words go too, and columns of spending and income that it swaps."""
    kept, found = mapping.columns, detected.mapping.columns
    swapped = {"debit", "credit"} <= found.keys() and (kept.get("debit"), kept.get("credit")) == (found["credit"], found["debit"])
    leaving = {"kind", "debit", "credit"} if swapped else {"kind"}
    columns = {name: index for name, index in kept.items() if name not in leaving}
    if columns.items() <= found.items():
        columns = {}
    return dataclasses.replace(mapping, sign=None, kinds=None, columns=columns)


def _fitting(stream: IO[bytes], mapping: Mapping, reader: ReadingContext) -> Layout | None:
    """Return how to read the file with a mapping, None if that does not fit it; another format of dates, say, makes it useless."""
    try:
        layout = detect_layout(stream, mapping, reader)
    except UnreadableFileError:
        return None
    return None if layout.errors or not any(_kinds(layout, reader)) else layout


def _kinds(layout: Layout, reader: ReadingContext) -> list[str | None]:
    """Return what each row of the sample is read as, None for those that cannot be read."""
    rows, kinds = row_reader(layout.mapping, reader.home_currency, layout.months), list[str | None]()
    for _, cells in layout.sample:
        kind = None
        with suppress(RowError, RowLeftOutError):
            kind = rows.read(cells).kind
        kinds.append(kind)
    return kinds


def _compared(whole: Layout, alone: Layout, reader: ReadingContext) -> tuple[bool, bool]:
    """Say whether most rows that both ways can read have the opposite direction, and whether any row differs at all."""
    pairs = list(zip(_kinds(whole, reader), _kinds(alone, reader), strict=False))
    opposite = sum(set(pair) == {EXPENSE, INCOME} for pair in pairs)
    return 2 * opposite > sum(None not in pair for pair in pairs), any(one != other for one, other in pairs)


def _said(layout: Layout) -> str:
    if layout.mapping.kinds or "amount" not in layout.mapping.columns:
        return "You corrected what is spending and what is income in an earlier file with these columns."
    above = "expenses" if layout.mapping.sign == SPENDING_POSITIVE else "income"
    return f"In an earlier file with these columns you said that amounts above zero are {above}."


def _signs_in_words(signs: frozenset[str] | list[str]) -> str:
    words = {ABOVE: "only amounts above zero", BELOW: "only amounts below zero", BOTH: "amounts above and below zero"}
    return " or ".join(words.get(one, "no single column of amounts") for one in sorted(signs))
