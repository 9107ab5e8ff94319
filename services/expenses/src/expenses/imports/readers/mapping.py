"""How to read a file: what the caller says, completed by detection."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from expenses.entries.model import EXPENSE, INCOME
from expenses.errors import InvalidMappingError, problem
from expenses.imports.readers.dates import FORMATS
from money import is_currency

ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
    "iso-8859-2",
    "iso-8859-15",
    "koi8-r",
    "koi8-u",
    "cp850",
    "cp852",
    "cp866",
    "mac-roman",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "gb18030",
    "big5",
    "euc-kr",
)
IGNORE = "ignore"
KINDS = (EXPENSE, INCOME, IGNORE)
SPENDING_POSITIVE, SPENDING_NEGATIVE = "spending-positive", "spending-negative"
FIELDS = (
    "date",
    "amount",
    "debit",
    "credit",
    "payee",
    "description",
    "category",
    "currency",
    "note",
    "tags",
    "kind",
    "payer",
    "balance",
    "home_amount",
    "home_currency",
)
MOST_COLUMNS = 200
MOST_KINDS = 50


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How to read a file. What is None will be detected; columns are counted from 0."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    date_format: str | None = None
    decimal: str | None = None
    sign: str | None = None
    currency: str | None = None
    kinds: dict[str, str] | None = None
    """What the words in the column of directions mean: expense, income, or ignore for rows to leave out."""
    columns: dict[str, int] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


def read_mapping(text: str | None) -> Mapping:
    """Read an ImportMapping from JSON; raises InvalidMappingError with a pointer to each error."""
    if not text or not text.strip():
        return Mapping()
    try:
        given = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise InvalidMappingError([problem("/mapping", "is not JSON, or has a key twice")]) from error
    if not isinstance(given, dict):
        raise InvalidMappingError([problem("/mapping", "must be a JSON object")])
    given = {name: value for name, value in given.items() if value is not None}
    errors = [entry for name, value in given.items() for entry in _errors_in(name, value)]
    if errors:
        raise InvalidMappingError(errors[:20])
    return Mapping(**given)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key occurs twice")
    return made


def _errors_in(name: str, value: Any) -> list[dict[str, str]]:
    if name == "columns":
        return _errors_in_columns(value)
    check = _CHECKS.get(name)
    if check is None:
        return [problem(f"/mapping/{name}"[:100], "is not part of a mapping")]
    message = check(value)
    return [problem(f"/mapping/{name}", message)] if message else []


def _errors_in_columns(columns: Any) -> list[dict[str, str]]:
    if not isinstance(columns, dict):
        return [problem("/mapping/columns", "must be an object of field names and column numbers")]
    errors = []
    for name, index in columns.items():
        if name not in FIELDS:
            errors.append(problem(f"/mapping/columns/{name}"[:100], f"must be one of {', '.join(FIELDS)}"))
        elif type(index) is not int or not 0 <= index < MOST_COLUMNS:
            errors.append(problem(f"/mapping/columns/{name}", f"must be a whole number from 0 to {MOST_COLUMNS - 1}"))
    return errors


def _one_of(*choices: str) -> Callable[[Any], str]:
    return lambda value: "" if value in choices else f"must be one of {', '.join(choices)}"


def _delimiter_error(value: Any) -> str:
    fits = isinstance(value, str) and len(value) == 1 and value not in '"\r\n' and value.isprintable() | (value == "\t")
    return "" if fits else "must be one character, and no quote or line end"


def _header_error(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _currency_error(value: Any) -> str:
    return "" if isinstance(value, str) and is_currency(value) else "must be a currency of ISO 4217, such as EUR"


def _kinds_error(value: Any) -> str:
    fits = isinstance(value, dict) and len(value) <= MOST_KINDS and all(kind in KINDS for kind in value.values())
    return "" if fits else f"must be an object of at most {MOST_KINDS} words, each with one of {', '.join(KINDS)}"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "encoding": _one_of(*ENCODINGS),
    "delimiter": _delimiter_error,
    "header": _header_error,
    "date_format": _one_of(*FORMATS),
    "decimal": _one_of(".", ","),
    "sign": _one_of(SPENDING_POSITIVE, SPENDING_NEGATIVE),
    "currency": _currency_error,
    "kinds": _kinds_error,
}
