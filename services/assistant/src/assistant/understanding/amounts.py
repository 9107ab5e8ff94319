"""Finds amounts of money: "3.50", "12,50 €", "₹250", "twenty bucks", "1.234,50 Euro"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from assistant.understanding.line import Line

_SMALLEST_ALONE, _TEN, _HUNDRED, _THOUSAND = Decimal(10), Decimal(10), Decimal(100), Decimal(1000)
_POWERS = frozenset({_HUNDRED, _THOUSAND, Decimal(100_000), Decimal(1_000_000), Decimal(10_000_000)})
"""Number words that multiply: a hundred, a thousand, a lakh, a million, a crore."""
_THOUSANDS, _GROUP = re.compile(r"[1-9][0-9]{0,2}"), re.compile(r"[0-9]{3}(?:,[0-9]{1,2})?")
"""As in "1 250,50": where a comma precedes the cents, thousands may be separated by a space."""
_SEPARATORS = re.compile(r"[.,'\u00a0\u202f]")


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount, and the phrases that name it."""

    number: Decimal
    currency: str | None
    """None if no currency is named."""
    first: int
    end: int

    @property
    def is_exact(self) -> bool:
        """Whether it was written with cents, so that it must be a price."""
        return self.number.as_tuple().exponent != 0


def find_amounts(line: Line, decimal_sign: str, taken: Collection[int] = ()) -> list[FoundAmount]:
    """Return the amounts in a line; `taken` phrases mean something else, such as the day of a date."""
    found, index = [], 0
    while index < len(line.phrases):
        amount = None if index in taken else _amount(line, index, decimal_sign)
        if amount is None:
            index += 1
            continue
        found.append(amount)
        index = amount.end
    return found


def _amount(line: Line, index: int, decimal_sign: str) -> FoundAmount | None:
    before = line.value(index, "currency")
    at = index + (before is not None)
    number, end = _number(line, at, decimal_sign)
    if number is None:
        return None
    after = None if before else line.value(end, "currency")
    if after and not line.key(at)[:1].isdigit() and not line.key(end)[:1].isalpha() and line.key(end + 1)[:1].isdigit():
        return None  # the "a $" of "a $7 ride"
    if not line.key(at)[:1].isdigit() and not (before or after) and number < _SMALLEST_ALONE:
        return None  # "a", "two": small numbers in words are amounts only beside a currency
    end += after is not None
    if after is None and before is None and line.value(end, "cent") is not None:  # "50 cents"
        return FoundAmount(number / 100, None, index, end + 1)
    cents, end = _with_cents(line, end) if after and number == int(number) else (Decimal(0), end)
    return FoundAmount(number + cents, before or after, index, end)


def _with_cents(line: Line, end: int) -> tuple[Decimal, int]:
    """Read the "50" of "3 Euro 50", and the "and 50 cents" of "3 dollars and 50 cents"."""
    start = end + line.means(end, "period", "and")
    if line.key(start).isdigit() and line.value(start + 1, "cent") is not None:
        return Decimal(line.key(start)) / 100, start + 2
    cents = _cents(line, end)
    return (cents, end + 1) if cents is not None else (Decimal(0), end)


def _cents(line: Line, index: int) -> Decimal | None:
    """Read the "50" of "3 Euro 50", unless it is the number of something else."""
    key, after = line.key(index), line.phrases[index + 1] if index + 1 < len(line.phrases) else None
    of_others = after is not None and any(after.value(kind) for kind in ("currency", "unit", "month"))
    counts = of_others or line.key(index + 1) in (".", "%", "/", ":")
    return Decimal(key) / 100 if key.isdigit() and len(key) == 2 and not counts else None


def _number(line: Line, index: int, decimal_sign: str) -> tuple[Decimal | None, int]:
    """Read a number in digits or words; return it and the index of the next phrase."""
    key = line.key(index)
    if line.value(index, "number") is None:
        if decimal_sign == "," and _THOUSANDS.fullmatch(key) and _GROUP.fullmatch(line.key(index + 1)):
            return number_of(key + line.key(index + 1), decimal_sign), index + 2
        number = number_of(key, decimal_sign) if key[:1].isdigit() and key[-1].isdigit() else None
        power = Decimal(line.value(index + 1, "number") or 1) if number is not None else Decimal(1)
        return (number * power, index + 2) if number is not None and power in _POWERS else (number, index + 1)  # 10 thousand
    return _in_words(line, index)


def _in_words(line: Line, index: int) -> tuple[Decimal, int]:
    """Read "four hundred fifty", "deux mille trois cents", "treinta y cinco", and the price "twelve fifty"."""
    thousands, rest, at = Decimal(0), Decimal(str(line.value(index, "number"))), index + 1
    if rest >= _THOUSAND:
        thousands, rest = rest, Decimal(0)
    while (word := line.value(at + _is_link(line, at, rest), "number")) is not None:
        number, at = Decimal(word), at + _is_link(line, at, rest) + 1
        if not thousands and 0 < rest < _HUNDRED and 2 * _TEN <= number < _HUNDRED:  # twelve fifty
            return rest + number / 100, at
        if number >= _THOUSAND:
            thousands, rest = thousands + max(rest, Decimal(1)) * number, Decimal(0)
        else:
            rest = rest * number if number == _HUNDRED and 0 < rest < _HUNDRED else rest + number
    return thousands + rest, at


def _is_link(line: Line, index: int, before: Decimal) -> bool:
    """Whether a phrase joins tens and ones, like the "y" of "treinta y cinco", rather than two numbers."""
    if line.value(index, "number_link") is None or before % _TEN or before % _HUNDRED < 2 * _TEN:
        return False
    return Decimal(line.value(index + 1, "number") or _HUNDRED) < 2 * _TEN


def number_of(text: str, decimal_sign: str) -> Decimal | None:
    """Read a number in digits; None if it is not one.

    The last separator is the decimal sign, unless it precedes three digits and is not the locale's, or it occurs twice.
    """
    separators = _SEPARATORS.findall(text)
    whole, fraction = text, ""
    if separators:
        last = separators[-1]
        head, _last, tail = text.rpartition(last)
        is_grouping = last in "'\u00a0\u202f" or separators.count(last) > 1 or (len(tail) == 3 and last != decimal_sign)
        if not is_grouping:
            whole, fraction = head, tail
    digits = _SEPARATORS.sub("", whole)
    if not digits.isdecimal() or len(digits) > 12 or len(fraction) > 4:
        return None
    return Decimal(f"{digits}.{fraction}" if fraction else digits)
