"""The CSV file that Outlay itself exports: recognized by its first line, and read back unchanged."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import IO, Protocol

from expenses.entries.model import EXPENSE, INCOME, Expense, clean_tags, one_line, tags_text
from expenses.imports.readers.dates import Months, day_reader
from expenses.imports.readers.mapping import SPENDING_NEGATIVE, Mapping
from expenses.imports.readers.rows import MOST, MappedRowReader, Row, RowError
from money import Money, MoneyError

_TRIGGERS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
"""What a formula begins with, also as full-width characters; some programs look behind a tab or a line end."""
_CELL_ENDS = re.compile(r"(?<=[;\t\r\n])")
"""Where a spreadsheet that expects other separators would begin another cell."""
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?", re.ASCII)


def escape_formulas(text: str) -> str:
    """Put a ' before what a spreadsheet would run as a formula, wherever it may see the beginning of a cell."""
    return "".join(f"'{part}" if _is_formula(part) else part for part in _CELL_ENDS.split(text))


def unescape_formulas(cell: str) -> str:
    """Return the text from which `escape_formulas` made a cell."""
    return "".join(part[1:] if part[:1] == "'" and _is_formula(part[1:]) else part for part in _CELL_ENDS.split(cell))


def _is_formula(text: str) -> bool:
    """Say whether a text begins with a trigger, perhaps after invisible characters or a ' that escapes it already."""
    if _NUMBER.fullmatch(text):
        return False
    for letter in text:
        if letter in _TRIGGERS:
            return True
        if letter != "'" and not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc", "Mn"}:
            return False
    return False


EXPORT_TITLES = (
    "Date",
    "Payee",
    "Description",
    "Category",
    "Amount",
    "Currency",
    "Note",
    "Tags",
    "Kind",
    "Home amount",
    "Home currency",
)
_FIELDS = ("date", "payee", "description", "category", "amount", "currency", "note", "tags", "kind", "home_amount", "home_currency")
EXPORT_MAPPING = Mapping(
    encoding="utf-8",
    delimiter=",",
    header=True,
    date_format="YYYY-MM-DD",
    decimal=".",
    sign=SPENDING_NEGATIVE,
    columns={name: column for column, name in enumerate(_FIELDS)},
)
_FIRST_LINE = ",".join(EXPORT_TITLES).encode()
_READ_DAY = day_reader("YYYY-MM-DD")
_MOST_TAGS, _LONGEST_TAG = 20, 50


class RowReader(Protocol):
    """Reads the rows of a file."""

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the cells say; raises RowError."""


def is_outlay_export(stream: IO[bytes], given: Mapping) -> bool:
    if given not in (Mapping(), EXPORT_MAPPING):
        return False
    stream.seek(0)
    return stream.readline(len(_FIRST_LINE) + 2).rstrip(b"\r\n") == _FIRST_LINE


def row_reader(mapping: Mapping, home_currency: str, months: Months) -> RowReader:
    return ExportRowReader() if mapping == EXPORT_MAPPING else MappedRowReader(mapping, home_currency, months)


def export_cells(expense: Expense, category: str) -> list[str]:
    """Write an expense as a row. Spending is below zero, so that a spreadsheet adds up what is left."""
    sign = "-" if expense.kind == EXPENSE else ""
    return [
        expense.spent_on.isoformat(),
        *map(escape_formulas, (expense.payee, expense.description, category)),
        sign + expense.amount.text,
        expense.amount.currency,
        escape_formulas(expense.note),
        escape_formulas(_tags_cell(expense.tags)),
        expense.kind,
        expense.home_amount.text,
        expense.home_amount.currency,
    ]


class ExportRowReader:
    """Reads rows that `export_cells` wrote."""

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the cells say; raises RowError if somebody changed them into something impossible."""
        if len(cells) != len(EXPORT_TITLES):
            raise RowError(f"The row has {len(cells)} columns, but {len(EXPORT_TITLES)} are needed.")
        day, payee, description, category, amount, currency, note, tags, kind, home, home_currency = cells
        if kind not in {EXPENSE, INCOME}:
            raise RowError(f"Unknown kind {kind[:20]!r}. Use expense or income.")
        paid, home_amount = _money(amount.removeprefix("-"), currency), _money(home, home_currency)
        if paid.minor == 0:
            raise RowError("The amount is zero.")
        texts = {
            "payee": one_line(unescape_formulas(payee)),
            "description": unescape_formulas(description).strip(),
            "category": one_line(unescape_formulas(category)),
            "note": unescape_formulas(note).strip(),
        }
        cut = {name: text[: MOST[name]].strip() for name, text in texts.items()}
        return Row(
            kind=kind,
            minor=paid.minor,
            currency=currency,
            spent_on=_day(day),
            tags=_tags(unescape_formulas(tags)),
            home_amount=home_amount,
            shortened=cut != texts,
            **cut,
        )


def _day(text: str) -> str:
    day = _READ_DAY(text)
    if day is None:
        raise RowError(f"{text[:40]!r} is not a date in the format YYYY-MM-DD.")
    return day


def _money(amount: str, currency: str) -> Money:
    try:
        money = Money.parse(amount, currency)
    except MoneyError as error:
        raise RowError(f"{amount[:40]!r} in {currency[:20]!r} is not an amount.") from error
    if money.minor < 0:
        raise RowError("The home amount is below zero.")
    return money


def _tags_cell(tags: tuple[str, ...]) -> str:
    """Join tags with commas, or write the JSON list if they would not come back as they are."""
    stored, plain = tags_text(tags), ", ".join(tags)
    return plain if _tags(plain) == stored else stored


def _tags(cell: str) -> str:
    try:
        listed = json.loads(cell) if cell.startswith("[") else None
    except ValueError:
        listed = None
    if not isinstance(listed, list) or not all(isinstance(tag, str) for tag in listed):
        listed = cell.split(",")
    if len(listed) > _MOST_TAGS or any(len(tag.strip()) > _LONGEST_TAG for tag in listed):
        raise RowError(f"There are more than {_MOST_TAGS} tags, or one has more than {_LONGEST_TAG} characters.")
    return tags_text(clean_tags(listed))
