"""Detects how to read a file: the caller's mapping, completed from a sample of the file. Start reading here."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from expenses.errors import UnreadableFileError
from expenses.imports.readers.amounts import decimal_of
from expenses.imports.readers.columns import Column, columns_of
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
"""The records that are examined: enough to tell days from months in any file that is sorted by date."""
ABOVE, BELOW, BOTH, NONE = "above", "below", "both", "none"
"""The signs that the amounts of a file have."""
_SIGN_GUESSED = (
    "The file does not say whether amounts above zero are spending or income; they are read as {}. Check a row that you know."
)


@dataclass(frozen=True)
class ReadingContext:
    """Whose file it is: their home currency, the habits of their country, and names of months, those of their language first."""

    home_currency: str
    locale: str
    languages: Sequence[Months] = ()


@dataclass
class Layout:
    """How to read a file, what must be corrected first, and what was only guessed."""

    mapping: Mapping
    first_line: int
    """The line on which the rows begin; above it are titles and remarks."""
    titles: list[str]
    sample: list[tuple[int, list[str]]]
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sign_certain: bool = True
    signs: str = NONE
    """The signs that the amounts have; `NONE` without a single column of amounts."""
    candidates: dict[str, list[int]] = field(default_factory=dict)
    encodings: list[EncodingCandidate] = field(default_factory=list)
    """Encodings to choose from if there is a doubt."""
    months: Months = field(default_factory=dict)
    bookings: int | None = None
    """The number of sample rows up to the last booking, None if it is not known."""
    non_bookings: NonBookingColumns = field(default_factory=NonBookingColumns)
    """The columns that can say that a row is not a booking."""


def detect_layout(stream: IO[bytes], given: Mapping, context: ReadingContext) -> Layout:
    """Return how to read a file. What the caller's mapping says stays; the rest is detected.

    Raises:
        UnreadableFileError: if it is not a CSV file, or an empty one.
    """
    if is_outlay_export(stream, given):
        return _export_layout(stream)
    encoding = Encoding(given.encoding) if given.encoding else detect_encoding(stream, context.locale, context.home_currency)
    classifier = CellClassifier(context.languages)
    delimiter = given.delimiter or find_delimiter(stream, encoding.name, classifier)
    mapping = dataclasses.replace(given, encoding=encoding.name, delimiter=delimiter)
    layout = _split(mapping, _sample(stream, encoding.name, delimiter), classifier)
    layout.encodings = encoding.others
    columns = _columns(layout, context)
    fields = find_fields(columns, layout.mapping, context.locale, titled=bool(layout.mapping.header and layout.titles))
    layout.mapping = dataclasses.replace(layout.mapping, columns=fields.columns)
    layout.candidates = fields.candidates
    layout.errors += _missing_fields(layout)
    _complete_dates(layout, columns, context)
    _complete_amounts(layout, columns, context)
    _complete_sign(layout, fields)
    layout.signs = _signs(columns, fields.columns.get("amount"))
    if fields.other_side is not None:
        layout.errors.append(_two_sides(layout, fields.other_side))
    if fields.other_currency is not None and not given.currency and not layout.errors:
        layout.warnings.append(_ignored_currency(layout, fields.other_currency, context))
    layout.warnings += [_ignored_fees(layout, column.index) for column in separate_fees(columns, fields.columns)]
    if not layout.errors:
        _complete_non_bookings(layout, context)
    return layout


def _export_layout(stream: IO[bytes]) -> Layout:
    with open_text(stream, "utf-8") as text:
        records = list(islice(read_records(text, ","), 1 + _SAMPLE))
    layout = Layout(EXPORT_MAPPING, first_line=2, titles=list(EXPORT_TITLES), sample=records[1:])
    if not layout.sample:
        layout.errors.append("The file has a header and no rows.")
    return layout


def _sample(stream: IO[bytes], encoding: str, delimiter: str) -> list[tuple[int, list[str]]]:
    with open_text(stream, encoding) as text:
        records = list(islice(read_records(text, delimiter), _SAMPLE))
    if not records:
        raise UnreadableFileError("The file has no rows.")
    return records


def _split(mapping: Mapping, records: list[tuple[int, list[str]]], classifier: CellClassifier) -> Layout:
    """Separate the titles, with what is above them, from the rows."""
    table = find_table(records, classifier, header=mapping.header)
    width = min(MOST_COLUMNS, max(len(cells) for _, cells in records[table.first :] or records))
    titles = [cell.strip() for cell in records[table.titles][1]] if table.titles is not None else []
    titles = [title or f"Column {number}" for number, title in enumerate(titles, 1)]
    titles += [f"Column {number}" for number in range(len(titles) + 1, width + 1)]
    rows = records[table.first :]
    first_line = rows[0][0] if rows else records[-1][0] + 1
    layout = Layout(dataclasses.replace(mapping, header=table.titles is not None), first_line, titles, rows)
    layout.bookings = None if table.end is None else table.end - table.first
    return layout


def _columns(layout: Layout, context: ReadingContext) -> Sequence[Column]:
    """Return the columns as the bookings of the sample fill them, without balances and totals, which often have no date."""
    titles = layout.titles if layout.mapping.header else []
    rows = [cells for _, cells in layout.sample[: layout.bookings]]
    columns = columns_of(rows, titles, context.languages, context.locale)
    layout.non_bookings = non_booking_columns(columns)
    dates = [column.index for column in columns if column.is_date]
    bookings = [cells for cells in rows if reason_left_out(cells, layout.non_bookings) is None]
    dated = [cells for cells in bookings if not dates or any(at < len(cells) and cells[at].strip() for at in dates)] or bookings
    return columns_of(dated, titles, context.languages, context.locale) if dated else columns


def _missing_fields(layout: Layout) -> list[str]:
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


def _complete_dates(layout: Layout, columns: Sequence[Column], context: ReadingContext) -> None:
    at = layout.mapping.columns.get("date")
    if at is None or at >= len(columns):
        return
    layout.months = columns[at].months
    if layout.mapping.date_format:
        return
    cells = columns[at].filled
    formats = formats_of(cells, locale=context.locale, enough=HALF, months=layout.months)
    if formats:
        layout.mapping = dataclasses.replace(layout.mapping, date_format=formats[0])
        if ambiguous(formats, cells):
            layout.warnings.append(f"Dates could be {formats[0]} or {formats[1]}; they are read as {formats[0]}.")
    elif cells:
        layout.errors.append(f"Dates such as {cells[0][:40]!r} have no known format. Choose the format, or another column.")


def _complete_amounts(layout: Layout, columns: Sequence[Column], context: ReadingContext) -> None:
    mapping = layout.mapping
    used = [mapping.columns[name] for name in ("amount", "debit", "credit") if name in mapping.columns]
    currency = mapping.currency or _currency_of_title(layout, used)
    decimal = mapping.decimal or _decimal(mapping, columns, used, currency or context.home_currency)
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


def _complete_sign(layout: Layout, fields: FieldColumns) -> None:
    """Add what tells spending from income, unless the caller does."""
    mapping = layout.mapping
    if fields.sign is None:
        layout.mapping = dataclasses.replace(mapping, sign=mapping.sign or SPENDING_NEGATIVE)
        layout.sign_certain = fields.pair_certain
        if not fields.pair_certain:
            spent, earned = (layout.titles[mapping.columns[name]] for name in ("debit", "credit"))
            layout.warnings.append(
                f"The file does not say which column is spending; {spent} is read as spending, {earned} as income."
            )
        return
    layout.sign_certain = fields.sign.certain or mapping.sign is not None
    if fields.sign.warning and mapping.sign is None:
        layout.warnings.append(fields.sign.warning)
    sign = mapping.sign or fields.sign.sign
    layout.mapping = dataclasses.replace(mapping, sign=sign, kinds=mapping.kinds or fields.sign.kinds)
    if not layout.sign_certain and not fields.sign.warning and not layout.errors:
        layout.warnings.append(_SIGN_GUESSED.format("income" if sign == SPENDING_NEGATIVE else "spending"))


def _complete_non_bookings(layout: Layout, context: ReadingContext) -> None:
    """Add which bookings a row of their own reverses; that is only known once the rows can be read."""
    rows = [cells for _, cells in layout.sample[: layout.bookings]]
    found = reversed_marks(rows, layout.non_bookings, MappedRowReader(layout.mapping, context.home_currency, layout.months))
    layout.non_bookings = layout.non_bookings._replace(reversed_marks=found)


def _two_sides(layout: Layout, other: int) -> str:
    amount = layout.mapping.columns["amount"]
    return (
        f"Columns {amount + 1} and {other + 1} have what was sent and what was received, and your amounts are in "
        "both. Import what you sent and what you received as two files, and choose the column of your amounts in each."
    )


def _ignored_currency(layout: Layout, column: int, context: ReadingContext) -> str:
    code = layout.mapping.currency or context.home_currency
    return (
        f"The amounts are read as {code}; column {column + 1} ({layout.titles[column][:40]}) is taken for the currency of "
        "other amounts. Choose it as the currency if it belongs to these."
    )


def _ignored_fees(layout: Layout, column: int) -> str:
    return (
        f"Column {column + 1} ({layout.titles[column][:40]}) is not imported. If the amounts do not contain these fees, "
        "add them by hand."
    )
