"""From the cells of a row that say how much it was to an amount, its currency, and whether it was spent."""

from __future__ import annotations

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.amounts import Amount, ReadAmount, amount_reader, decimal_in, normalized
from expenses.imports.readers.directions import kind_of
from expenses.imports.readers.mapping import IGNORE, SPENDING_POSITIVE, Mapping
from expenses.imports.readers.row_errors import RowError, RowLeftOutError
from expenses.imports.readers.signs import currency_of
from expenses.imports.readers.transfers import is_of_an_app, is_transfer
from expenses.imports.readers.words import plain
from money import CURRENCIES

_THREE = 3
_MOST_CODES = 1000


class MoneyReader:
    """Reads the cells that together say how much it was."""

    def __init__(self, mapping: Mapping, home_currency: str) -> None:
        self._decimal = mapping.decimal
        self._readers: dict[str, ReadAmount] = {mark: amount_reader(mark, mapping.currency or home_currency) for mark in (".", ",")}
        self._split = "amount" not in mapping.columns
        self._spending_positive = mapping.sign == SPENDING_POSITIVE
        self._currency = mapping.currency or home_currency
        self._kinds = {_word(word): kind for word, kind in (mapping.kinds or {}).items()}
        self._usual_words = mapping.kinds is None
        self._of_an_app = any(map(is_of_an_app, mapping.kinds or {}))
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
            message = f"{code[:20]!r} is not a currency. Correct it, or choose another column for the currency."
            raise RowError(message)
        says = self._kind(kind) or self._kind(found.word) if (kind or found.word) else None
        if says == IGNORE:
            raise RowLeftOutError(_why_ignored((kind or found.word).strip()))
        return says or (EXPENSE if spent else INCOME), _minor(found, code), code

    def _named(self, cell: str) -> str | None:
        """Return the currency that a cell names, None if it is empty; a file has few, so what they mean is kept."""
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
        """Return the amount from the column that has one; a sign in it only repeats what the column says."""
        for text, spent in ((debit, True), (credit, False)):
            amount = self._parsed(text, code) if normalized(text).strip("-") else None
            if amount is not None and (amount.whole + amount.fraction).strip("0"):
                return amount, spent
        message = "Both amounts are empty."
        raise RowError(message)

    def _parsed(self, text: str, code: str | None) -> Amount:
        decimal = self._decimal or decimal_in(text, CURRENCIES.get(code or self._currency, 2))
        amount = self._readers[decimal](text)
        if amount is None:
            raise RowError(f"{text.strip()[:40]!r} is not an amount." if text.strip() else "The amount is empty.")
        return amount


def _word(word: str) -> str:
    """Return a word as it is compared; a sign alone stays as it is."""
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
            message = f"The amount has {len(fraction)} decimals, but {currency} has {decimals or 'none'}."
            raise RowError(message)
        fraction = fraction[:decimals]
    minor = int(whole + fraction.ljust(decimals, "0"))
    if minor == 0:
        message = "The amount is zero."
        raise RowError(message)
    return minor
