"""From a record's cells to what was spent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from expenses.entries.model import INCOME, tags_text
from expenses.imports.readers.dates import Months, day_reader
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.money_reader import MoneyReader
from expenses.imports.readers.row_errors import RowError
from money import Money

MOST = {"payee": 200, "description": 500, "category": 100, "note": 2000}
_MOST_TAGS, _LONGEST_TAG = 20, 50
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GUARDED = re.compile("'+[=+\\-@\t\r]")
"""What spreadsheets would take for a formula is written with a ' before it; see exports."""


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
    """Whether a text was cut because it is over its limit."""
    home_amount: Money | None = None
    """In the home currency of whoever exported it, if the file says so."""


_MONEY = ("amount", "debit", "credit", "currency", "kind")
_TEXTS = ("payee", "description", "category", "note", "tags")
_EMPTY = ("", "", "", "", "[]")
"""What texts are that the file has no columns for."""
_REMEMBERED = 20_000
"""Cells of each column whose meaning is remembered: payees, categories and prices come again and again."""


class RowReader:
    """Reads the cells of one file."""

    def __init__(self, mapping: Mapping, home_currency: str, months: Months | None = None) -> None:
        """`mapping` must be complete, as `find_layout` returns it; `months` are the names of months that its dates have."""
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
            message = f"The row has {len(cells)} columns and needs {self._needed}."
            raise RowError(message)
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
    return tags_text([tag.strip()[:_LONGEST_TAG] for tag in tags][:_MOST_TAGS])


def _too_many_tags(cell: str) -> bool:
    tags = _split_tags(_clean(cell, one_line=True))
    return len(tags) > _MOST_TAGS or any(len(tag.strip()) > _LONGEST_TAG for tag in tags)


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


def _clean(text: str, *, one_line: bool) -> str:
    """Return text as it is kept: what spreadsheets were guarded against, control characters and outer blanks taken off."""
    if text[:1] == "'" and _GUARDED.match(text):
        text = text[1:]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return " ".join(text.split()) if one_line else text.strip()
