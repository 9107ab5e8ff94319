"""Finds out how a file is to be read: what the caller says, and the rest from a sample of the file."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from expenses.domain.csvfile.amounts import decimal_of
from expenses.domain.csvfile.content import Rows, column, columns_by_content, has_header
from expenses.domain.csvfile.dates import HALF, ambiguous, formats_of
from expenses.domain.csvfile.mapping import MOST_COLUMNS, SPENDING_NEGATIVE, SPENDING_POSITIVE, Mapping
from expenses.domain.csvfile.records import records_of
from expenses.domain.csvfile.source import detect_encoding, opened
from expenses.domain.csvfile.titles import columns_by_title, currency_in, looks_like_header
from expenses.domain.errors import UnreadableFileError
from money import decimals_of

_SAMPLE = 1000
"""Records that are looked at: enough to tell days from months in any file that is in order of days."""
_PREAMBLE = 30
"""Records among which the titles are looked for; some banks put the account and the period above them."""
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Reader:
    """Who reads: the currency that amounts without one have, and the habits of a country."""

    home_currency: str
    locale: str


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


def find_layout(stream: IO[bytes], given: Mapping, reader: Reader) -> Layout:
    """Return how to read a file; raises UnreadableFileError if it is none."""
    encoding = given.encoding or detect_encoding(stream)
    delimiter = given.delimiter or _delimiter(stream, encoding)
    with opened(stream, encoding) as text:
        records = list(islice(records_of(text, delimiter), _SAMPLE))
    if not records:
        message = "The file has no rows."
        raise UnreadableFileError(message)
    mapping = dataclasses.replace(given, encoding=encoding, delimiter=delimiter)
    return _complete(_split(mapping, records), reader)


def _delimiter(stream: IO[bytes], encoding: str) -> str:
    """Return the delimiter that gives most rows the same number of columns."""
    with opened(stream, encoding) as text:
        lines = list(islice(text, 200))
    return max(_DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0, 0
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, usual)


def _split(mapping: Mapping, records: list[tuple[int, list[str]]]) -> Layout:
    """Part the titles, with what stands above them, from the rows."""
    at = next((index for index, (_, cells) in enumerate(records[:_PREAMBLE]) if looks_like_header(cells)), None)
    header = mapping.header
    if header is None:
        header = at is not None or has_header([cells for _, cells in records])
    if not header:
        at = -1
    elif at is None:
        at = 0
    width = min(MOST_COLUMNS, max(len(cells) for _, cells in records))
    titles = [cell.strip() for cell in records[at][1]] if header else []
    titles += [f"Column {number}" for number in range(len(titles) + 1, width + 1)]
    rows = records[at + 1 :]
    first_line = rows[0][0] if rows else records[-1][0] + 1
    return Layout(dataclasses.replace(mapping, header=header), first_line, titles, rows)


def _complete(layout: Layout, reader: Reader) -> Layout:
    """Add the columns and their formats to the mapping."""
    rows = [cells for _, cells in layout.sample]
    columns = dict(layout.mapping.columns)
    taken = set(columns.values())
    guesses = [columns_by_title(layout.titles)] if layout.mapping.header else []
    if not guesses or not {"date", "amount"} <= guesses[0].keys():
        guesses.append(columns_by_content(rows))
    for guess in guesses:
        for name, index in guess.items():
            split = name == "amount" and not columns.keys().isdisjoint({"debit", "credit"})
            if name not in columns and index not in taken and not split:
                columns[name] = index
                taken.add(index)
    layout.mapping = dataclasses.replace(layout.mapping, columns=columns)
    layout.errors += _missing(layout)
    _complete_dates(layout, rows, reader)
    _complete_amounts(layout, rows, reader)
    return layout


def _missing(layout: Layout) -> list[str]:
    columns, errors = layout.mapping.columns, []
    if not layout.sample:
        errors.append("The file has a header and no rows.")
    if "date" not in columns:
        errors.append("No column with dates was found; say which it is.")
    if columns.keys().isdisjoint({"amount", "debit", "credit"}):
        errors.append("No column with amounts was found; say which it is.")
    width = len(layout.titles)
    errors += [f"The file has no column {index + 1} for {name}." for name, index in columns.items() if index >= width]
    return errors


def _complete_dates(layout: Layout, rows: Rows, reader: Reader) -> None:
    if layout.mapping.date_format or "date" not in layout.mapping.columns:
        return
    cells = column(rows, layout.mapping.columns["date"])
    formats = formats_of(cells, locale=reader.locale, enough=HALF)
    if formats:
        layout.mapping = dataclasses.replace(layout.mapping, date_format=formats[0])
        if ambiguous(formats, cells):
            layout.warnings.append(f"Dates could be {formats[0]} or {formats[1]}; they are read as {formats[0]}.")
    elif cells:
        layout.errors.append(f"The dates, such as {cells[0][:40]}, have no format that is known; is the column right?")


def _complete_amounts(layout: Layout, rows: Rows, reader: Reader) -> None:
    mapping = layout.mapping
    columns = [mapping.columns[name] for name in ("amount", "debit", "credit") if name in mapping.columns]
    cells = [cell for index in columns for cell in column(rows, index)]
    currency = mapping.currency or _currency_of_title(layout, columns)
    decimal = mapping.decimal or decimal_of(cells) or _unsaid_decimal(cells, currency or reader.home_currency)
    negative = any(cell.startswith(("-", "(", "\u2212", "\u2013")) or cell.endswith("-") for cell in cells)
    sign = mapping.sign or (SPENDING_NEGATIVE if negative or "amount" not in mapping.columns else SPENDING_POSITIVE)
    layout.mapping = dataclasses.replace(mapping, decimal=decimal, sign=sign, currency=currency)


def _currency_of_title(layout: Layout, columns: list[int]) -> str | None:
    if not layout.mapping.header or "currency" in layout.mapping.columns:
        return None
    return next((code for index in columns if index < len(layout.titles) and (code := currency_in(layout.titles[index]))), None)


def _unsaid_decimal(cells: list[str], currency: str) -> str:
    """Return the separator when the sample does not tell: 1.234 means thousands, unless the currency has three decimals."""
    thousands = decimals_of(currency) < 3  # noqa: PLR2004
    return "," if any("." in cell for cell in cells) == thousands and any("." in cell or "," in cell for cell in cells) else "."
