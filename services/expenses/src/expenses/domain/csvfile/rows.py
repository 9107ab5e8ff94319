"""From a record's cells to what was spent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from expenses.domain.csvfile.amounts import Amount, amount_reader
from expenses.domain.csvfile.dates import day_reader
from expenses.domain.csvfile.mapping import SPENDING_POSITIVE, Mapping
from expenses.domain.csvfile.titles import plain
from expenses.domain.expense import EXPENSE, INCOME, tags_text
from money import CURRENCIES

_MOST = {"payee": 200, "description": 500, "category": 100, "note": 2000}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GUARDED = re.compile("'+[=+\\-@\t\r]")
"""What spreadsheets would take for a formula is written with a ' before it; see exports."""
_INCOME = frozenset(
    map(plain, ("income", "credit", "einnahme", "einkommen", "haben", "gutschrift", "revenu", "ingreso", "in", "bij"))
)
_SPENDING = frozenset(map(plain, ("expense", "debit", "ausgabe", "soll", "lastschrift", "depense", "gasto", "out", "af")))


class RowError(Exception):
    """This row cannot go in; the text says why."""


class Row(NamedTuple):
    """What a row of a file says."""

    kind: str
    minor: int
    currency: str
    spent_on: str
    payee: str
    description: str
    category: str
    note: str
    tags: str


class RowReader:
    """Reads the cells of one file."""

    def __init__(self, mapping: Mapping, home_currency: str) -> None:
        """`mapping` must be complete, as `find_layout` returns it."""
        self._columns = mapping.columns
        self._date_format = mapping.date_format or "YYYY-MM-DD"
        self._read_day = day_reader(self._date_format)
        self._read_amount = amount_reader(mapping.decimal or ".")
        self._spending_positive = mapping.sign == SPENDING_POSITIVE
        self._currency = mapping.currency or home_currency
        self._width = max(self._columns.values(), default=0) + 1
        self._needed = 1 + max(index for name, index in self._columns.items() if name in {"date", "amount", "debit", "credit"})
        self._cell = {
            name: self._columns.get(name) for name in ("payee", "description", "category", "note", "tags", "kind", "currency")
        }

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the cells say; raises RowError."""
        if len(cells) < self._width:
            if len(cells) < self._needed:
                message = f"has {len(cells)} columns, needs {self._needed}"
                raise RowError(message)
            cells = [*cells, *[""] * (self._width - len(cells))]
        text = cells[self._columns["date"]]
        day = self._read_day(text)
        if day is None:
            raise RowError(
                f"{text.strip()[:40]!r} is no date of the form {self._date_format}" if text.strip() else "the date is empty"
            )
        amount = self._amount(cells)
        currency = self._currency_of(cells, amount)
        minor = _minor(amount, currency)
        return Row(
            self._kind(cells, amount), minor, currency, day,
            self._text(cells, "payee", one_line=True), self._text(cells, "description"),
            self._text(cells, "category", one_line=True), self._text(cells, "note"), self._tags(cells),
        )  # fmt: skip

    def _amount(self, cells: Sequence[str]) -> Amount:
        if "amount" in self._columns:
            return self._parsed(cells[self._columns["amount"]])
        for name in ("debit", "credit"):
            text = cells[self._columns[name]] if name in self._columns else ""
            amount = self._parsed(text) if text.strip() else None
            if amount is not None and (amount.whole + amount.fraction).strip("0"):
                # In either column a sign only repeats what the column says.
                return amount._replace(negative=(name == "debit") != self._spending_positive)
        message = "both amounts are empty"
        raise RowError(message)

    def _parsed(self, text: str) -> Amount:
        amount = self._read_amount(text)
        if amount is None:
            raise RowError(f"{text.strip()[:40]!r} is no amount" if text.strip() else "the amount is empty")
        return amount

    def _currency_of(self, cells: Sequence[str], amount: Amount) -> str:
        index = self._cell["currency"]
        code = cells[index].strip().upper() if index is not None else ""
        code = code or amount.currency or self._currency
        if code not in CURRENCIES:
            message = f"{code[:20]!r} is not a currency of ISO 4217"
            raise RowError(message)
        return code

    def _kind(self, cells: Sequence[str], amount: Amount) -> str:
        index = self._cell["kind"]
        if index is not None:
            word = plain(cells[index])
            if word in _INCOME or word in _SPENDING:
                return INCOME if word in _INCOME else EXPENSE
        return EXPENSE if amount.negative != self._spending_positive else INCOME

    def _text(self, cells: Sequence[str], name: str, *, one_line: bool = False) -> str:
        index = self._cell[name]
        if index is None:
            return ""
        text = _clean(cells[index], one_line=one_line)
        if len(text) > _MOST[name]:
            message = f"the {name} has {len(text)} characters, {_MOST[name]} is the most"
            raise RowError(message)
        return text

    def _tags(self, cells: Sequence[str]) -> str:
        index = self._cell["tags"]
        if index is None or not cells[index].strip():
            return "[]"
        tags = _split_tags(_clean(cells[index], one_line=True))
        if len(tags) > 20 or any(len(tag.strip()) > 50 for tag in tags):  # noqa: PLR2004
            message = "there are more than 20 tags, or one of more than 50 characters"
            raise RowError(message)
        return tags_text(tags)


ReadRow = Callable[[Sequence[str]], Row]


def _split_tags(text: str) -> list[str]:
    """Part tags at commas and semicolons, or read the JSON list as which an export writes tags that have those within."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list) and all(isinstance(tag, str) for tag in listed):
            return listed
    return [tag for tag in re.split("[,;]", text) if tag.strip()]


def _minor(amount: Amount, currency: str) -> int:
    decimals, fraction = CURRENCIES[currency], amount.fraction
    if len(fraction) > decimals:
        if fraction[decimals:].strip("0"):
            message = f"the amount has {len(fraction)} decimals; {currency} has {decimals or 'none'}"
            raise RowError(message)
        fraction = fraction[:decimals]
    minor = int(amount.whole + fraction.ljust(decimals, "0"))
    if minor == 0:
        message = "the amount is zero"
        raise RowError(message)
    return minor


def _clean(text: str, *, one_line: bool) -> str:
    """Return text as it is kept: what spreadsheets were guarded against, control characters and outer blanks taken off."""
    if text[:1] == "'" and _GUARDED.match(text):
        text = text[1:]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return " ".join(text.split()) if one_line else text.strip()
