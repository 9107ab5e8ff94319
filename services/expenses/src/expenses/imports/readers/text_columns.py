"""Chooses the columns of dates and texts: by their contents, then by their titles."""

from __future__ import annotations

from collections.abc import Sequence

from expenses.imports.readers.columns import MOST, Column
from expenses.imports.readers.dates import DIGITS_ONLY
from expenses.imports.readers.titles import field_of
from expenses.imports.readers.vocabulary import (
    DESCRIPTION,
    NEITHER,
    NOT_PAYEE,
    PAYEE,
    PAYER,
    VALUE_DATE,
    WEAK_DESCRIPTION,
    longest_match,
)

_UNKNOWN = 100
_EXACT = ("category", "note", "tags")
_FEW, _HALF = 0.3, 0.5
_SHORTEST_TEXT = 2
_LOOKED_AT = 100
_LONG = 50
"""Texts longer than this are more than a name."""


def date_columns(columns: Sequence[Column]) -> list[int]:
    """Return the columns of dates, the likeliest first: the booking date goes before the value date."""
    dates = [column for column in columns if column.is_date]
    if not dates:
        digits = [column for column in columns if column.formats and column.formats[0] in DIGITS_ONLY]
        titled = [column for column in columns if _field(column) == "date" and column.has_days]
        dates = [column for column in digits if _field(column) == "date"] or titled or digits[:1]

    def order(column: Column) -> tuple[bool, bool, int, int]:
        known = field_of(column.title)
        rank = known[1] if known and known[0] == "date" else _UNKNOWN
        both = sum(1 for other in dates if _field(other) == "date") > 1
        return (
            column.share < MOST,
            bool(longest_match(column.title, VALUE_DATE)),
            rank if both and rank < _UNKNOWN else 0,
            column.index,
        )

    return [column.index for column in sorted(dates, key=order)]


def _field(column: Column) -> str | None:
    known = field_of(column.title)
    return known[0] if known else None


def text_columns(columns: Sequence[Column], *, titled: bool) -> dict[str, list[int]]:
    """Return the columns of texts by field, the likeliest first; `columns` are those without another field."""
    texts = [column for column in columns if not column.is_date and not (column.is_money and column.exact)]
    found: dict[str, list[int]] = {}
    for name in _EXACT:
        named = [column for column in texts if (known := field_of(column.title)) and known[0] == name]
        named.sort(key=lambda column: (not column.filled, (field_of(column.title) or ("", 0))[1]))
        if name == "tags":
            named = [column for column in named if "label" not in column.title.split()] or _labels(named, texts)
        if named:
            found[name] = [column.index for column in named]
    rest = [column for column in texts if not any(column.index in indexes[:1] for indexes in found.values())]
    payees = _payees(rest)
    payer = next((column for column in rest if _is_payer(column) and column.index not in payees[:1]), None) if payees else None
    if payees and payer is not None:
        found["payer"] = [payer.index]
    elif not payees:
        payees = [column.index for column in rest if _is_payer(column) and column.filled]
    used = {*payees, *found.get("payer", [])}
    descriptions = _descriptions([column for column in rest if column.index not in used])
    _unnamed(rest, payees, descriptions, used, titled=titled)
    descriptions = [index for index in descriptions if index not in payees[:1]]
    if not payees and not descriptions and "note" in found:
        descriptions = found.pop("note")
    return {name: indexes for name, indexes in {**found, "payee": payees, "description": descriptions}.items() if indexes}


def _labels(named: Sequence[Column], texts: Sequence[Column]) -> list[Column]:
    """Return "label" as tags only if other columns have the texts, since banks use that title for descriptions."""
    others = [
        c for c in texts if c not in named and c.filled and (longest_match(c.title, PAYEE) or longest_match(c.title, DESCRIPTION))
    ]
    return list(named) if others and all(column.variety < _FEW or not column.filled for column in named) else []


def _is_payer(column: Column) -> bool:
    return bool(longest_match(column.title, PAYER)) and not longest_match(column.title, NOT_PAYEE) and not column.is_id


def pays_and_is_paid(payee: Column, payer: Column, spent: Sequence[bool | None]) -> bool:
    """Say whether the account owner, named in one of two columns in every row, is in the payee column of what was spent."""
    rows = list(zip(payee.cells, payer.cells, spent, strict=False))
    names = set(payee.filled) & set(payer.filled)
    owner = next((name for name in names if all((name == one) != (name == other) for one, other, _ in rows)), None)
    return owner is not None and all(bought is None or (one == owner) == bought for one, _, bought in rows)


def _payees(columns: Sequence[Column]) -> list[int]:
    """Return the columns with names of payees, the likeliest first: the owner's own name is the same in all rows."""
    named = [
        column
        for column in columns
        if longest_match(column.title, PAYEE)
        and not _only_payer(column)
        and not longest_match(column.title, NOT_PAYEE)
        and not column.is_id
        and not column.is_money
    ]

    def order(column: Column) -> tuple[bool, bool, bool, int, int]:
        known = field_of(column.title)
        rank = known[1] if known and known[0] == "payee" else _UNKNOWN
        alone = sum(1 for other in named if other.filled) == 1
        return not column.filled, column.constant and not alone, column.share < _HALF and not alone, rank, column.index

    return [column.index for column in sorted(named, key=order)]


def _only_payer(column: Column) -> bool:
    """Say whether a title means the payer alone, and not both ("Auftraggeber / Empfänger")."""
    payer, payee = longest_match(column.title, PAYER), longest_match(column.title, PAYEE)
    both = [part for part in PAYEE if part in f" {column.title} " and part.strip() not in {"name", "naam", "nom", "nome"}]
    return bool(payer) and (payee < payer or not both) and not both


def _descriptions(columns: Sequence[Column]) -> list[int]:
    """Return the columns of free text, the longest first; with a weaker title it has to be longer."""
    named = [column for column in columns if longest_match(column.title, DESCRIPTION) and not _is_other(column)]

    def score(column: Column) -> tuple[float, int]:
        weak = longest_match(column.title, WEAK_DESCRIPTION) and not column.title.startswith(("libelle", "label"))
        known = field_of(column.title)
        exact = bool(known) and known is not None and known[0] == "description"
        length = min(column.length, 60.0) * (0.4 if weak or column.is_id else 1.0) * (0.3 + 0.7 * column.variety)
        return -(length + 1.0 * exact), column.index

    return [column.index for column in sorted(named, key=score)]


def _is_other(column: Column) -> bool:
    strong = longest_match(column.title, DESCRIPTION)
    return column.is_id and column.variety > 0 and longest_match(column.title, NEITHER) >= strong


def _unnamed(rest: Sequence[Column], payees: list[int], descriptions: list[int], used: set[int], *, titled: bool) -> None:
    """Add columns with unknown titles if their texts look like names and descriptions."""
    free = [
        column
        for column in rest
        if column.filled
        and column.index not in {*used, *descriptions}
        and _reads_like_text(column)
        and not (titled and (longest_match(column.title, NEITHER) or longest_match(column.title, NOT_PAYEE)))
    ]
    varied = [column for column in free if not column.constant and column.variety >= _FEW] or ([] if titled else free)
    if payees and descriptions:
        return
    if not payees and not descriptions and len(varied) == 1 and varied[0].length > _LONG:
        descriptions.append(varied[0].index)
        return
    if not payees and varied and not descriptions:
        payees.append(varied[0].index)
    others = [column for column in varied if column.index not in payees]
    if not descriptions and others:
        descriptions.append(max(others, key=lambda column: column.length).index)


def _reads_like_text(column: Column) -> bool:
    if column.length < _SHORTEST_TEXT:
        return False
    letters = sum(1 for cell in column.different[:_LOOKED_AT] if sum(map(str.isalpha, cell)) > len(cell) / 3)
    return letters > _HALF * len(column.different[:_LOOKED_AT]) and not column.is_id and not column.is_code
