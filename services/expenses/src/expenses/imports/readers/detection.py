"""Detects how to read a file: the caller's mapping, completed from a sample of the file. Start reading here."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from expenses.errors import UnreadableFileError
from expenses.imports.readers.amounts import decimal_of
from expenses.imports.readers.columns import Column, Rows, columns_of
from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.dates import HALF, Months, ambiguous, formats_of
from expenses.imports.readers.encodings import EncodingCandidate
from expenses.imports.readers.fields import FieldColumns, find_fields
from expenses.imports.readers.mapping import MOST_COLUMNS, SPENDING_NEGATIVE, Mapping
from expenses.imports.readers.non_bookings import NonBookingColumns, non_booking_columns, reason_left_out
from expenses.imports.readers.outlay_csv import EXPORT_MAPPING, EXPORT_TITLES, is_outlay_export
from expenses.imports.readers.records import read_records
from expenses.imports.readers.related_columns import separate_fees
from expenses.imports.readers.reversals import reversed_marks
from expenses.imports.readers.rows import MappedRowReader
from expenses.imports.readers.table import CellClassifier, find_delimiter, find_table
from expenses.imports.readers.text import Encoding, detect_encoding, open_text
from expenses.imports.readers.titles import currency_in
from money import CURRENCIES

_SAMPLE = 1000
"""Records that are looked at: enough to tell days from months in any file that is in order of days."""
ABOVE, BELOW, BOTH, NONE = "above", "below", "both", "none"
"""Which signs the amounts of a file have."""
_SIGN_GUESSED = (
    "The file does not say whether amounts above zero are spending or income; they are read as {}. Check a row that you know."
)


@dataclass(frozen=True)
class ReadingContext:
    """Who reads: the currency that amounts without one have, the habits of a country, and names of months, its own first."""

    home_currency: str
    locale: str
    languages: Sequence[Months] = ()


@dataclass
class Layout:
    """How a file is to be read, with what has to be corrected first and what was only guessed."""

    mapping: Mapping
    first_line: int
    """Line on which the rows begin; what is above is titles and remarks."""
    titles: list[str]
    sample: list[tuple[int, list[str]]]
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sign_certain: bool = True
    signs: str = NONE
    """Which signs the amounts have; none if there is no single column of amounts."""
    candidates: dict[str, list[int]] = field(default_factory=dict)
    encodings: list[EncodingCandidate] = field(default_factory=list)
    """Encodings to choose from, if there is a doubt."""
    months: Months = field(default_factory=dict)
    bookings: int | None = None
    """How many rows of the sample there are up to the last booking, None if that is not known."""
    non_bookings: NonBookingColumns = field(default_factory=NonBookingColumns)
    """Columns that can say that a row is no booking."""


def detect_layout(stream: IO[bytes], given: Mapping, reader: ReadingContext) -> Layout:
    """Return how to read a file; raises UnreadableFileError if it is none."""
    if is_outlay_export(stream, given):
        return _own_layout(stream)
    encoding = Encoding(given.encoding) if given.encoding else detect_encoding(stream, reader.locale, reader.home_currency)
    kinds = CellClassifier(reader.languages)
    delimiter = given.delimiter or find_delimiter(stream, encoding.name, kinds)
    with open_text(stream, encoding.name) as text:
        records = list(islice(read_records(text, delimiter), _SAMPLE))
    if not records:
        message = "The file has no rows."
        raise UnreadableFileError(message)
    mapping = dataclasses.replace(given, encoding=encoding.name, delimiter=delimiter)
    layout = _split(mapping, records, kinds)
    layout.encodings = encoding.others
    _complete(layout, reader)
    return layout


def _own_layout(stream: IO[bytes]) -> Layout:
    with open_text(stream, "utf-8") as text:
        records = list(islice(read_records(text, ","), 1 + _SAMPLE))
    layout = Layout(EXPORT_MAPPING, first_line=2, titles=list(EXPORT_TITLES), sample=records[1:])
    if not layout.sample:
        layout.errors.append("The file has a header and no rows.")
    return layout


def _split(mapping: Mapping, records: list[tuple[int, list[str]]], kinds: CellClassifier) -> Layout:
    """Part the titles, with what stands above them, from the rows."""
    table = find_table(records, kinds, header=mapping.header)
    width = min(MOST_COLUMNS, max(len(cells) for _, cells in records[table.first :] or records))
    titles = [cell.strip() for cell in records[table.titles][1]] if table.titles is not None else []
    titles = [title or f"Column {number}" for number, title in enumerate(titles, 1)]
    titles += [f"Column {number}" for number in range(len(titles) + 1, width + 1)]
    rows = records[table.first :]
    first_line = rows[0][0] if rows else records[-1][0] + 1
    layout = Layout(dataclasses.replace(mapping, header=table.titles is not None), first_line, titles, rows)
    layout.bookings = None if table.end is None else table.end - table.first
    return layout


def _complete(layout: Layout, reader: ReadingContext) -> None:
    """Add the columns and their formats to the mapping."""
    titles = layout.titles if layout.mapping.header else []
    every = columns_of([cells for _, cells in layout.sample[: layout.bookings]], titles, reader.languages, reader.locale)
    layout.non_bookings = non_booking_columns(every)
    rows = _bookings(layout, [column.index for column in every if column.is_date])
    columns = columns_of(rows, titles, reader.languages, reader.locale) if rows else every
    given_currency = layout.mapping.currency
    found = find_fields(columns, layout.mapping, reader.locale, titled=bool(titles))
    layout.mapping = dataclasses.replace(layout.mapping, columns=found.columns)
    layout.candidates = found.candidates
    layout.errors += _missing(layout)
    _complete_dates(layout, columns, reader)
    _complete_amounts(layout, columns, reader)
    _complete_sign(layout, found)
    layout.signs = _signs(columns, found.columns.get("amount"))
    if found.other_side is not None:
        layout.errors.append(_two_sides(layout, found.other_side))
    if found.other_currency is not None and not given_currency and not layout.errors:
        layout.warnings.append(_not_the_currency(layout, found.other_currency, reader))
    layout.warnings += [_not_the_fees(layout, column.index) for column in separate_fees(columns, found.columns)]
    if not layout.errors:
        _complete_telling(layout, reader)


def _complete_telling(layout: Layout, reader: ReadingContext) -> None:
    """Add which bookings a row of their own takes back; that is known once the rows can be read."""
    rows = [cells for _, cells in layout.sample[: layout.bookings]]
    found = reversed_marks(rows, layout.non_bookings, MappedRowReader(layout.mapping, reader.home_currency, layout.months))
    layout.non_bookings = layout.non_bookings._replace(reversed_marks=found)


def _two_sides(layout: Layout, other: int) -> str:
    amount = layout.mapping.columns["amount"]
    return (
        f"Columns {amount + 1} and {other + 1} have what was sent and what was received, and your amounts are in "
        "both. Import what you sent and what you received as two files, and choose the column of your amounts in each."
    )


def _not_the_currency(layout: Layout, column: int, reader: ReadingContext) -> str:
    code = layout.mapping.currency or reader.home_currency
    return (
        f"The amounts are read as {code}; column {column + 1} ({layout.titles[column][:40]}) is taken for the currency of "
        "other amounts. Choose it as the currency if it belongs to these."
    )


def _not_the_fees(layout: Layout, column: int) -> str:
    return (
        f"Column {column + 1} ({layout.titles[column][:40]}) is not imported. If the amounts do not contain these fees, "
        "add them by hand."
    )


def _bookings(layout: Layout, dates: Sequence[int]) -> Rows:
    """Return the rows of the sample without balances and totals, which often have no date."""
    rows = [cells for _, cells in layout.sample[: layout.bookings] if reason_left_out(cells, layout.non_bookings) is None]
    return [cells for cells in rows if not dates or any(at < len(cells) and cells[at].strip() for at in dates)] or rows


def _missing(layout: Layout) -> list[str]:
    columns, errors = layout.mapping.columns, []
    if not layout.sample:
        errors.append("The file has a header and no rows.")
    if "date" not in columns:
        errors.append("No column with dates was found. Choose it.")
    if columns.keys().isdisjoint({"amount", "debit", "credit"}):
        errors.append("No column with amounts was found. Choose it.")
    width = len(layout.titles)
    errors += [f"The file has no column {index + 1} for {name}." for name, index in columns.items() if index >= width]
    return errors


def _complete_dates(layout: Layout, columns: Sequence[Column], reader: ReadingContext) -> None:
    at = layout.mapping.columns.get("date")
    if at is None or at >= len(columns):
        return
    layout.months = columns[at].months
    if layout.mapping.date_format:
        return
    cells = columns[at].filled
    formats = formats_of(cells, locale=reader.locale, enough=HALF, months=layout.months)
    if formats:
        layout.mapping = dataclasses.replace(layout.mapping, date_format=formats[0])
        if ambiguous(formats, cells):
            layout.warnings.append(f"Dates could be {formats[0]} or {formats[1]}; they are read as {formats[0]}.")
    elif cells:
        layout.errors.append(f"Dates such as {cells[0][:40]!r} have no known format. Choose the format, or another column.")


def _complete_amounts(layout: Layout, columns: Sequence[Column], reader: ReadingContext) -> None:
    mapping = layout.mapping
    used = [mapping.columns[name] for name in ("amount", "debit", "credit") if name in mapping.columns]
    currency = mapping.currency or _currency_of_title(layout, used)
    decimal = mapping.decimal or _decimal(mapping, columns, used, currency or reader.home_currency)
    layout.mapping = dataclasses.replace(mapping, decimal=decimal, currency=currency)


def _decimal(mapping: Mapping, columns: Sequence[Column], used: Sequence[int], currency: str) -> str | None:
    """Return the separator of the amounts' decimals, None if each row's currency has to tell."""
    at = mapping.columns.get("currency", -1)
    named = columns[at].cells if 0 <= at < len(columns) else [""] * max((len(column.cells) for column in columns), default=0)
    usual = CURRENCIES[currency]
    decimals = [CURRENCIES.get(currency_of(code, currency) or "", usual) if code else usual for code in named]
    amounts = [columns[index].cells for index in used if index < len(columns)]
    cells = [(cell, most) for column in amounts for cell, most in zip(column, decimals, strict=True) if cell]
    found = decimal_of([cell for cell, _ in cells], [most for _, most in cells])
    undecided = found is None and any("." in cell or "," in cell for cell, _ in cells)
    return None if undecided else found or "."


def _currency_of_title(layout: Layout, used: Sequence[int]) -> str | None:
    if not layout.mapping.header or "currency" in layout.mapping.columns:
        return None
    return next((code for index in used if index < len(layout.titles) and (code := currency_in(layout.titles[index]))), None)


def _signs(columns: Sequence[Column], at: int | None) -> str:
    if at is None or at >= len(columns):
        return NONE
    below = {found.negative for found, some in zip(columns[at].amounts, columns[at].nonzero, strict=True) if found and some}
    return NONE if not below else BOTH if len(below) > 1 else BELOW if True in below else ABOVE


def _complete_sign(layout: Layout, found: FieldColumns) -> None:
    """Add what tells spending from income, unless the caller does."""
    mapping = layout.mapping
    if found.sign is None:
        layout.mapping = dataclasses.replace(mapping, sign=mapping.sign or SPENDING_NEGATIVE)
        layout.sign_certain = found.pair_certain
        if not found.pair_certain:
            spent, earned = (layout.titles[mapping.columns[name]] for name in ("debit", "credit"))
            layout.warnings.append(
                f"The file does not say which column is spending; {spent} is read as spending, {earned} as income."
            )
        return
    layout.sign_certain = found.sign.certain or mapping.sign is not None
    if found.sign.warning and mapping.sign is None:
        layout.warnings.append(found.sign.warning)
    sign = mapping.sign or found.sign.sign
    layout.mapping = dataclasses.replace(mapping, sign=sign, kinds=mapping.kinds or found.sign.kinds)
    if not layout.sign_certain and not found.sign.warning and not layout.errors:
        layout.warnings.append(_SIGN_GUESSED.format("income" if sign == SPENDING_NEGATIVE else "spending"))
