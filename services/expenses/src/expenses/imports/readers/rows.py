"""From the cells of a record to what was spent: day, amount, currency, direction and texts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from expenses.entries.model import EXPENSE, INCOME, clean_tags, tags_text
from expenses.imports.readers.amounts import Amount, ReadAmount, amount_reader, decimal_in, normalized
from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.dates import Months, day_reader
from expenses.imports.readers.direction_words import is_tracker_kind, is_transfer, kind_of
from expenses.imports.readers.mapping import IGNORE, SPENDING_POSITIVE, Mapping
from expenses.imports.readers.vocabulary import plain
from money import CURRENCIES, Money


class RowError(Exception):
    """This row cannot be imported; the text says why."""


class RowLeftOutError(Exception):
    """This row is not a booking; the text says why."""


_THREE = 3
_MOST_CODES = 1000


class MoneyReader:
    """Reads the cells that together make up an amount."""

    def __init__(self, mapping: Mapping, home_currency: str) -> None:
        self._decimal = mapping.decimal
        self._readers: dict[str, ReadAmount] = {mark: amount_reader(mark, mapping.currency or home_currency) for mark in (".", ",")}
        self._split = "amount" not in mapping.columns
        self._spending_positive = mapping.sign == SPENDING_POSITIVE
        self._currency = mapping.currency or home_currency
        self._kinds = {_word(word): kind for word, kind in (mapping.kinds or {}).items()}
        self._usual_words = mapping.kinds is None
        self._of_an_app = any(map(is_tracker_kind, mapping.kinds or {}))
        self._codes: dict[str, str | None] = {}

    def read(self, amount: str, debit: str, credit: str, currency: str, kind: str) -> tuple[str, int, str]:
        """Return (kind, minor units, currency); raises RowError, RowLeftOutError."""
        code = self._named(currency)
        if self._split:
            found, spent = self._either(debit, credit, code)
        else:
            found = self._parsed(amount, code)
            spent = found.negative != self._spending_positive
        code = code or found.currency or self._currency
        if code not in CURRENCIES:
            raise RowError(f"{code[:20]!r} is not a currency. Correct it, or choose another column for the currency.")
        says = self._kind(kind) or self._kind(found.word) if (kind or found.word) else None
        if says == IGNORE:
            raise RowLeftOutError(_why_ignored((kind or found.word).strip()))
        return says or (EXPENSE if spent else INCOME), _minor(found, code), code

    def _named(self, cell: str) -> str | None:
        """Return the currency that a cell names, None if it is empty. A file has few different ones, so they are remembered."""
        try:
            return self._codes[cell]
        except KeyError:
            named = cell.strip()
            code = (currency_of(named, self._currency) or named.upper()) if named else None
            if len(self._codes) < _MOST_CODES:
                self._codes[cell] = code
            return code

    def _kind(self, word: str) -> str | None:
        if not word:
            return None
        known = self._kinds.get(_word(word))
        if known is None and self._of_an_app and is_transfer(word):
            return IGNORE
        return kind_of(word) if known is None and self._usual_words else known

    def _either(self, debit: str, credit: str, code: str | None) -> tuple[Amount, bool]:
        """Return the amount from the column that is filled; a sign in it only repeats what the column says."""
        for text, spent in ((debit, True), (credit, False)):
            amount = self._parsed(text, code) if normalized(text).strip("-") else None
            if amount is not None and (amount.whole + amount.fraction).strip("0"):
                return amount, spent
        raise RowError("Both amounts are empty.")

    def _parsed(self, text: str, code: str | None) -> Amount:
        decimal = self._decimal or decimal_in(text, CURRENCIES.get(code or self._currency, 2))
        amount = self._readers[decimal](text)
        if amount is None:
            raise RowError(f"{text.strip()[:40]!r} is not an amount." if text.strip() else "The amount is empty.")
        return amount


def _word(word: str) -> str:
    """Return a word in the form that is compared; a sign alone stays as it is."""
    return plain(word) or word.strip()


def _why_ignored(word: str) -> str:
    if is_transfer(word):
        return f"{word[:40]!r} is a transfer between your accounts, neither spending nor income."
    return f"{word[:40]!r} is to be left out."


def _minor(amount: Amount, currency: str) -> int:
    decimals, whole, fraction = CURRENCIES[currency], amount.whole, amount.fraction
    if not decimals and len(fraction) == _THREE and whole != "0" and len(whole) <= _THREE:
        # There are no yen cents, so 1.234 yen are more than a thousand whatever the other rows use.
        whole, fraction = whole + fraction, ""
    if len(fraction) > decimals:
        if fraction[decimals:].strip("0"):
            raise RowError(f"The amount has {len(fraction)} decimals, but {currency} has {decimals or 'none'}.")
        fraction = fraction[:decimals]
    minor = int(whole + fraction.ljust(decimals, "0"))
    if minor == 0:
        raise RowError("The amount is zero.")
    return minor


MOST = {"payee": 200, "description": 500, "category": 100, "note": 2000}
_MOST_TAGS, _LONGEST_TAG = 20, 50
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ESCAPED = re.compile("'+[=+\\-@\t\r]")
"""Texts that spreadsheets would take for formulas have a ' before them; see `outlay_csv.escape_formulas`."""


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
    shortened: bool = False
    """Whether a text was cut because it exceeds its limit."""
    home_amount: Money | None = None
    """The amount in the home currency at the time of the export, if the file has it."""


_MONEY = ("amount", "debit", "credit", "currency", "kind")
_TEXTS = ("payee", "description", "category", "note", "tags")
_EMPTY = ("", "", "", "", "[]")
"""The texts if the file has no columns for them."""
_REMEMBERED = 20_000
"""How many cells of a column are remembered: payees and categories come again and again."""


class MappedRowReader:
    """Reads the rows of one file with its mapping."""

    def __init__(self, mapping: Mapping, home_currency: str, months: Months | None = None) -> None:
        """`mapping` must be complete, as `detect_layout` returns it; `months` are the names of months in its dates."""
        columns = mapping.columns
        self._date_format = mapping.date_format or "YYYY-MM-DD"
        self._read_day = day_reader(self._date_format, months)
        self._day_column = columns["date"]
        self._money_columns = [columns.get(name) for name in _MONEY]
        self._texts = [(number, columns[name], _text_reader(name)) for number, name in enumerate(_TEXTS) if name in columns]
        self._read_payer = _text_reader("payee")
        self._payer_column = columns.get("payer")
        self._limits = [(columns[name], most) for name, most in MOST.items() if name in columns]
        self._tags_column = columns.get("tags")
        self._read_money = MoneyReader(mapping, home_currency).read
        self._width = 1 + max(columns.values())
        self._needed = 1 + max(columns[name] for name in ("date", "amount", "debit", "credit") if name in columns)

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the cells say; raises RowError, or RowLeftOutError for what is no booking."""
        if len(cells) < self._width:
            cells = self._padded(cells)
        day = self._read_day(cells[self._day_column])
        if day is None:
            raise self._no_day(cells[self._day_column].strip()[:40])
        kind, minor, currency = self._read_money(*["" if at is None else cells[at] for at in self._money_columns])
        texts = list(_EMPTY)
        for number, at, read in self._texts:
            texts[number] = read(cells[at])
        payee, description, category, note, tags = texts
        row = Row(kind, minor, currency, day, payee, description, category, note, tags)
        if self._payer_column is not None and kind == INCOME and (payer := self._read_payer(cells[self._payer_column])):
            row = row._replace(payee=payer)
        # No limit is lower than the one of a tag, so that most rows need no second look.
        if len(max(cells, key=len)) > _LONGEST_TAG and self._is_shortened(cells):
            row = row._replace(shortened=True)
        return row

    def _is_shortened(self, cells: Sequence[str]) -> bool:
        if any(len(cells[at]) > most and len(_clean(cells[at], one_line=False)) > most for at, most in self._limits):
            return True
        return self._tags_column is not None and _too_many_tags(cells[self._tags_column])

    def _padded(self, cells: Sequence[str]) -> Sequence[str]:
        """Return a short row with blanks for the optional cells at its end."""
        if len(cells) < self._needed:
            raise RowError(f"The row has {len(cells)} columns and needs {self._needed}.")
        return [*cells, *[""] * (self._width - len(cells))]

    def _no_day(self, text: str) -> RowError:
        return RowError(f"{text!r} is not a date of the form {self._date_format}." if text else "The date is empty.")


def _text_reader(name: str) -> Callable[[str], str]:
    """Return the function that reads the cells of a column of text."""
    if name == "tags":
        return lru_cache(_REMEMBERED)(_tags)
    one_line, most = name in {"payee", "category"}, MOST[name]

    def read(cell: str) -> str:
        return _clean(cell, one_line=one_line)[:most].rstrip()

    return lru_cache(_REMEMBERED)(read)


def _tags(cell: str) -> str:
    tags = _split_tags(_clean(cell, one_line=True))
    return tags_text(clean_tags(tag.strip()[:_LONGEST_TAG] for tag in tags[:_MOST_TAGS]))


def _too_many_tags(cell: str) -> bool:
    tags = _split_tags(_clean(cell, one_line=True))
    return len(tags) > _MOST_TAGS or any(len(tag.strip()) > _LONGEST_TAG for tag in tags)


def _split_tags(text: str) -> list[str]:
    """Split tags at commas and semicolons, or read the JSON list that an export writes for tags that contain those."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list) and all(isinstance(tag, str) for tag in listed):
            return listed
    return [tag for tag in re.split("[,;]", text) if tag.strip()]


def _clean(text: str, *, one_line: bool) -> str:
    """Return text as it is stored: without a ' that escapes a formula, control characters and blanks at the ends."""
    if text[:1] == "'" and _ESCAPED.match(text):
        text = text[1:]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return " ".join(text.split()) if one_line else text.strip()
