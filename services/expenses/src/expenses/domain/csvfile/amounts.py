"""Amounts as files write them: "1.234,56", "1,234.56-", "(1 234.56)", "€ 12", "12,34 EUR"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from money import CURRENCIES

_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW", "zł": "PLN", "Kč": "CZK"}
_UNCLEAR = frozenset(
    {
        "$",
        "a$",
        "c$",
        "ca$",
        "hk$",
        "nz$",
        "r$",
        "s$",
        "us$",
        "kr",
        "kr.",
        "fr",
        "fr.",
        "sfr.",
        "euro",
        "euros",
        "dollar",
        "dollars",
    }
)
"""Signs of currencies that do not say which country's."""
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_NUMBER = re.compile(r"[\d.,' ]*\d[\d.,' ]*")
_MOST_DIGITS = 12


class Amount(NamedTuple):
    """What a cell says: its sign, the digits before and after the decimal separator, and a currency if it names one."""

    negative: bool
    whole: str
    fraction: str
    currency: str | None


ReadAmount = Callable[[str], Amount | None]


def amount_reader(decimal: str) -> ReadAmount:
    """Return a function from text to an amount, or None if it is none; `decimal` is what separates the decimals."""
    plain = re.compile(rf"([+-]?)(\d{{1,{_MOST_DIGITS}}})(?:\{decimal}(\d{{0,6}}))?", re.ASCII)
    thousands = {".": ",' ", ",": ".' "}[decimal]
    grouped = re.compile(
        rf"(\d{{1,3}}(?:([{thousands}])\d{{2,3}}(?:\2\d{{2,3}})*(?<=\d{{3}}))?)(?:\{decimal}(\d{{0,6}}))?", re.ASCII
    )

    def read(text: str) -> Amount | None:
        match = plain.fullmatch(text)
        if match is not None:
            return Amount(match[1] == "-", match[2], match[3] or "", None)
        return _read_decorated(text, plain, grouped)

    return read


def _read_decorated(text: str, plain: re.Pattern[str], grouped: re.Pattern[str]) -> Amount | None:
    text, negative, currency = _undecorated(text)
    match = plain.fullmatch(text)
    if match is not None and not match[1]:
        return Amount(negative, match[2], match[3] or "", currency)
    match = grouped.fullmatch(text)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match[1])
    return Amount(negative, whole, match[3] or "", currency) if len(whole) <= _MOST_DIGITS else None


def _undecorated(text: str) -> tuple[str, bool, str | None]:
    """Take off blanks, brackets, signs and currencies; return the rest, whether it is negative, and the currency."""
    text, negative, currency = text.translate(_MINUS).strip(), False, None
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    for _ in range(3):  # -€ 12, € -12, 12 EUR-
        signed = text.strip("+-").strip()
        negative |= len(text) > len(signed) and "-" in (text[:1], text[-1:])
        text = signed
        affix = _affix(text)
        if affix is None:
            break
        text, currency = affix[0], affix[1] or currency
    return text, negative, currency


def _affix(text: str) -> tuple[str, str | None] | None:
    number = _NUMBER.search(text)
    if number is None or number.group().strip() == text:
        return None
    before, after = text[: number.start()].strip(" +-"), text[number.end() :].strip(" +-")
    if any(part and not _is_currency(part) for part in (before, after)):
        return None
    named = next((_currency(part) for part in (before, after) if part), None)
    sign = "-" if "-" in text[: number.start()] or "-" in text[number.end() :] else ""
    return sign + number.group().strip(), named


def _is_currency(text: str) -> bool:
    return text.casefold() in _UNCLEAR or _currency(text) is not None


def _currency(text: str) -> str | None:
    return text.upper() if text.upper() in CURRENCIES else _SYMBOLS.get(text)


def decimal_of(cells: Iterable[str]) -> str | None:
    """Return the decimal separator that a column's amounts use, None if nothing tells."""
    votes = {".": 0, ",": 0}
    for cell in cells:
        number = _NUMBER.search(cell.translate(_MINUS))
        vote = _vote(number.group().strip(" '")) if number else None
        if vote is not None:
            votes[vote] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def _vote(number: str) -> str | None:
    dot, comma = number.rfind("."), number.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    if dot < 0 and comma < 0:
        return None
    mark, other = (".", ",") if dot >= 0 else (",", ".")
    repeated, digits_after = number.count(mark) > 1, len(number) - max(dot, comma) - 1
    # Three digits behind a lone mark are thousands: no common currency has three decimals.
    return other if repeated or digits_after == 3 else mark  # noqa: PLR2004
