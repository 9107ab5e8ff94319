"""From a record's cells to what was spent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
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


_MONEY = ("amount", "debit", "credit", "currency", "kind")
_TEXTS = ("payee", "description", "category", "note", "tags")
_EMPTY: dict[str, Callable[[str], str]] = {**dict.fromkeys(_TEXTS, lambda _: ""), "tags": lambda _: "[]"}
"""What a column that the file lacks reads as."""
_REMEMBERED = 20_000
"""Cells of each column whose meaning is remembered: payees, categories and prices come again and again."""


class RowReader:
    """Reads the cells of one file."""

    def __init__(self, mapping: Mapping, home_currency: str) -> None:
        """`mapping` must be complete, as `find_layout` returns it."""
        columns = mapping.columns
        self._date_format = mapping.date_format or "YYYY-MM-DD"
        self._read_day = day_reader(self._date_format)
        self._day_column = columns["date"]
        self._money_columns = [columns.get(name) for name in _MONEY]
        self._texts = [(columns.get(name, 0), _text_reader(name) if name in columns else _EMPTY[name]) for name in _TEXTS]
        money = _MoneyReader(mapping, home_currency)
        self._read_money = lru_cache(_REMEMBERED)(money.read)
        self._width = 1 + max(columns.values())
        self._needed = 1 + max(columns[name] for name in ("date", "amount", "debit", "credit") if name in columns)

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the cells say; raises RowError."""
        if len(cells) < self._width:
            cells = self._padded(cells)
        day = self._read_day(cells[self._day_column])
        if day is None:
            raise self._no_day(cells[self._day_column].strip()[:40])
        kind, minor, currency = self._read_money(*["" if at is None else cells[at] for at in self._money_columns])
        return Row(kind, minor, currency, day, *[read(cells[at]) for at, read in self._texts])

    def _padded(self, cells: Sequence[str]) -> Sequence[str]:
        """Return a short row with blanks for the optional cells at its end."""
        if len(cells) < self._needed:
            message = f"has {len(cells)} columns, needs {self._needed}"
            raise RowError(message)
        return [*cells, *[""] * (self._width - len(cells))]

    def _no_day(self, text: str) -> RowError:
        return RowError(f"{text!r} is no date of the form {self._date_format}" if text else "the date is empty")


class _MoneyReader:
    """Reads the cells that together say how much it was."""

    def __init__(self, mapping: Mapping, home_currency: str) -> None:
        self._read_amount = amount_reader(mapping.decimal or ".")
        self._split = "amount" not in mapping.columns
        self._spending_positive = mapping.sign == SPENDING_POSITIVE
        self._currency = mapping.currency or home_currency

    def read(self, amount: str, debit: str, credit: str, currency: str, kind: str) -> tuple[str, int, str]:
        """Return (kind, minor units, currency); raises RowError."""
        found, spent = self._either(debit, credit) if self._split else self._one(amount)
        code = currency.strip().upper() or found.currency or self._currency
        if code not in CURRENCIES:
            message = f"{code[:20]!r} is not a currency of ISO 4217"
            raise RowError(message)
        word = plain(kind) if kind else ""
        if word in _INCOME or word in _SPENDING:
            spent = word in _SPENDING
        return EXPENSE if spent else INCOME, _minor(found, code), code

    def _one(self, text: str) -> tuple[Amount, bool]:
        amount = self._parsed(text)
        return amount, amount.negative != self._spending_positive

    def _either(self, debit: str, credit: str) -> tuple[Amount, bool]:
        """Return the amount from the column that has one; a sign in it only repeats what the column says."""
        for text, spent in ((debit, True), (credit, False)):
            amount = self._parsed(text) if text.strip() else None
            if amount is not None and (amount.whole + amount.fraction).strip("0"):
                return amount, spent
        message = "both amounts are empty"
        raise RowError(message)

    def _parsed(self, text: str) -> Amount:
        amount = self._read_amount(text)
        if amount is None:
            raise RowError(f"{text.strip()[:40]!r} is no amount" if text.strip() else "the amount is empty")
        return amount


def _text_reader(name: str) -> Callable[[str], str]:
    """Return the function that reads the cells of a column of text."""
    if name == "tags":
        return lru_cache(_REMEMBERED)(_tags)
    one_line, most = name in {"payee", "category"}, _MOST[name]

    def read(cell: str) -> str:
        text = _clean(cell, one_line=one_line)
        if len(text) > most:
            message = f"the {name} has {len(text)} characters, {most} is the most"
            raise RowError(message)
        return text

    return lru_cache(_REMEMBERED)(read)


def _tags(cell: str) -> str:
    tags = _split_tags(_clean(cell, one_line=True))
    if len(tags) > 20 or any(len(tag.strip()) > 50 for tag in tags):  # noqa: PLR2004
        message = "there are more than 20 tags, or one of more than 50 characters"
        raise RowError(message)
    return tags_text(tags)


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
