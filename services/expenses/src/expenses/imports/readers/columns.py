"""What the cells of a column are: days, amounts, currencies, texts. Titles play hardly any part here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from expenses.imports.readers.amounts import Amount, amount_reader, decimal_of, normalized
from expenses.imports.readers.currency_signs import is_sign
from expenses.imports.readers.dates import DIGITS_ONLY, HALF, Months, day_reader, formats_of, may_be_day, months_of
from expenses.imports.readers.titles import currencies_in, currency_in
from expenses.imports.readers.vocabulary import AMOUNT, CREDIT, DEBIT, STATUS, plain
from expenses.imports.readers.vocabulary import longest_match as fits_title
from money import is_currency

MOST = 0.9
"""The share of a column's cells that must be alike; bank files have odd rows among the others."""
_LOOKED_AT = 120
"""How many different cells of a column are examined to tell what it holds."""
_ID = re.compile(
    r"[A-Z]{2}\d{2}[A-Z0-9 ]{8,32}|[\d\-/ .*xX#]{6,}|\S+@\S+\.\S+|(?=\S*\d\S*\d\S*\d)[A-Za-z0-9\-_/.:*]{6,}"
    r"|[0-9a-f-]{32,36}|[A-Z]{6}[A-Z0-9]{2,5}"
)
"""Account numbers, references, addresses, BICs: texts for computers rather than people."""
_CODE = re.compile("[A-Z]{3}")
_LONGEST_AMOUNT = 9
_SHORTEST_TEXT = 3
_SHARED_SIGNS = {"£": "GBP", "$": "USD", "¥": "JPY"}
"""The usual meaning of signs that several currencies have."""
Rows = Sequence[Sequence[str]]


@dataclass
class Column:
    """A column of the sample: its title as returned by `plain`, and its cells from the first row to the last."""

    index: int
    title: str
    cells: list[str]
    languages: Sequence[Months] = ()
    locale: str = ""
    heading: str = ""
    """Its title as written in the file."""

    @cached_property
    def filled(self) -> list[str]:
        """Return the cells that are not empty."""
        return [cell for cell in self.cells if cell]

    @cached_property
    def different(self) -> list[str]:
        """Return each different cell once, in the order of the file."""
        return list(dict.fromkeys(self.filled))

    @cached_property
    def share(self) -> float:
        """Return the share of rows that have something in it."""
        return len(self.filled) / len(self.cells) if self.cells else 0.0

    @cached_property
    def constant(self) -> bool:
        """Say whether it has the same text in every row, and there are several rows."""
        return len(self.filled) > 1 and len(self.different) == 1

    @cached_property
    def formats(self) -> list[str]:
        """Return the date formats that fit; formats of digits alone only if they are long or nothing else fits."""
        sample = self.different[:_LOOKED_AT]
        if not sample or sum(map(may_be_day, sample)) < MOST * len(sample):
            return []
        found = formats_of(sample, locale=self.locale, months=self.months)
        if found:
            return found
        mixed = formats_of(sample, locale=self.locale, enough=HALF, months=self.months)
        readers = [day_reader(name, self.months) for name in mixed]
        read = sum(1 for cell in sample if any(reader(cell) for reader in readers))
        return mixed if read >= MOST * len(sample) else []

    @cached_property
    def months(self) -> Months:
        return months_of(self.different[:_LOOKED_AT], self.languages)

    @property
    def is_date(self) -> bool:
        """Say whether it holds dates that could be nothing else."""
        return bool(self.formats) and (self.formats[0] not in DIGITS_ONLY or self.formats[0] == "YYYYMMDD")

    @cached_property
    def decimal(self) -> str:
        """Return the likely decimal separator."""
        return decimal_of(self.different[:1000]) or "."

    @cached_property
    def amounts(self) -> list[Amount | None]:
        """Return the cells as amounts, None for cells that are not amounts."""
        readers = [amount_reader(mark) for mark in (self.decimal, "," if self.decimal == "." else ".")]
        known = {cell: readers[0](cell) or readers[1](cell) for cell in self.different}
        return [known[cell] if cell else None for cell in self.cells]

    @cached_property
    def values(self) -> list[Decimal | None]:
        """Return the amounts with their signs."""
        return [_value(amount) if amount else None for amount in self.amounts]

    @cached_property
    def is_money(self) -> bool:
        """Say whether nearly all filled cells are numbers that could be money."""
        if not self.filled or self.is_date:
            return False
        sample = [cell for cell in self.different[:_LOOKED_AT] if normalized(cell).strip("-")]
        if not sample:
            return False
        readers = [amount_reader(mark) for mark in ".,"]
        longest_match = sum(1 for cell in sample if any(read(cell) for read in readers) and not _is_number_for_id(cell))
        titled = any(fits_title(self.title, parts) for parts in (AMOUNT, DEBIT, CREDIT))
        return longest_match >= (HALF if titled else MOST) * len(sample)

    @cached_property
    def has_amounts(self) -> bool:
        return any(amount is not None for amount in self.amounts)

    @cached_property
    def has_days(self) -> bool:
        return bool(formats_of(self.different[:_LOOKED_AT], locale=self.locale, enough=0.001, months=self.months))

    @cached_property
    def exact(self) -> bool:
        """Say whether some amounts have decimal places."""
        return any("." in cell or "," in cell or "\u066b" in cell for cell in self.filled)

    @cached_property
    def signed(self) -> bool:
        """Say whether some amounts are below zero."""
        return any(amount is not None and amount.negative for amount in self.amounts)

    @cached_property
    def nonzero(self) -> list[bool]:
        """Say for each row whether it has an amount other than zero."""
        return [value is not None and value != 0 for value in self.values]

    @cached_property
    def is_code(self) -> bool:
        """Say whether it holds codes or signs of currencies."""
        return bool(self.filled) and all(is_currency(cell.upper()) or is_sign(cell) for cell in self.different[:_LOOKED_AT])

    @cached_property
    def may_be_code(self) -> bool:
        """Say whether it holds codes that look like currencies, even if some do not exist."""
        return bool(self.filled) and all(_CODE.fullmatch(cell) for cell in self.different[:_LOOKED_AT])

    @cached_property
    def is_id(self) -> bool:
        """Say whether it holds account numbers, references or similar."""
        sample = self.different[:_LOOKED_AT]
        return bool(sample) and sum(1 for cell in sample if _ID.fullmatch(cell)) > 0.6 * len(sample)

    @cached_property
    def counts_up(self) -> bool:
        """Say whether it numbers the rows."""
        if self.exact or len(self.filled) <= 1:
            return False
        steps = [
            one - other if one is not None and other is not None else None
            for one, other in zip(self.values[1:], self.values, strict=False)
        ]
        return len({abs(step) for step in steps if step is not None}) == 1 and None not in steps and abs(steps[0] or 0) == 1

    @cached_property
    def length(self) -> float:
        """Return the average length of its texts over all rows."""
        return sum(map(len, self.filled)) / len(self.cells) if self.cells else 0.0

    @property
    def may_name_a_summary(self) -> bool:
        """Say whether its texts can name a balance or total; account numbers, codes and single letters cannot."""
        other = (
            self.is_money or self.is_date or self.is_code or self.constant or (self.is_id and not fits_title(self.title, STATUS))
        )
        return not other and any(len(cell) >= _SHORTEST_TEXT for cell in self.different)

    @property
    def variety(self) -> float:
        """Return the share of different texts."""
        return len(self.different) / len(self.filled) if self.filled else 0.0


def _value(amount: Amount) -> Decimal:
    return Decimal(f"{'-' if amount.negative else ''}{amount.whole}.{amount.fraction or '0'}")


def _is_number_for_id(cell: str) -> bool:
    digits = normalized(cell).strip("+-")
    return digits.isdigit() and (len(digits) > _LONGEST_AMOUNT or (len(digits) > 1 and digits[0] == "0"))


def columns_of(rows: Rows, titles: Sequence[str], languages: Sequence[Months], locale: str) -> list[Column]:
    width = max(map(len, rows), default=0)
    stripped = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    named = [*titles, *[""] * (width - len(titles))]
    cells = [[row[index] for row in stripped] for index in range(width)]
    return [Column(index, _title(named[index]), cells[index], languages, locale, named[index]) for index in range(width)]


def _title(text: str) -> str:
    """Return a title as returned by `plain`, with the code of the currency if it only has the sign."""
    title = plain(text)
    code = currency_in(text) or next((code for sign, code in _SHARED_SIGNS.items() if sign in text), None)
    return f"{title} {code.lower()}" if title and code and not currencies_in(title) else title
