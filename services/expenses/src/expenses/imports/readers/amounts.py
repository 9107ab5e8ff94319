"""Amounts as files write them: "1.234,56", "1,234.56-", "(1 234.56)", "€ 12", "12,34 EUR", "4500.00 Dr", ".47"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import NamedTuple

from expenses.imports.readers.currency_signs import currency_of, first_sign, last_sign
from expenses.imports.readers.direction_words import is_direction

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2012\u2013\u2014\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u3000", " "),
        **dict.fromkeys("\u2019\u02bc\u00b4`\u066c", "'"),
        **dict.fromkeys("\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"),
    }
)
_ARABIC_DECIMAL = "\u066b"
_NUMBER = re.compile(r"[\d.,' ]*\d[\d.,' ]*", re.ASCII)
_WORD = re.compile(r"(?:(?P<first>[^\W\d_]+)\.?\s*(?=[-+(.,\d]))?(?P<number>.*?)(?:(?<=[-+).,\d\s])\s*(?P<last>[^\W\d_]+)\.?)?")
_NO_CENTS = re.compile(r"(?<=\d)[.,]-{1,2}$")
"""As in "12.-", which means twelve francs and no cents."""
_MOST_DIGITS = 12
_THREE = 3
_STRONG = 1000


class Amount(NamedTuple):
    """An amount as a cell has it: its sign, the digits around the decimal separator, and the currency and direction it names."""

    negative: bool
    whole: str
    fraction: str
    currency: str | None
    word: str = ""


ReadAmount = Callable[[str], Amount | None]


def amount_reader(decimal: str, currency: str = "") -> ReadAmount:
    """Return a function that parses an amount, or returns None if the text is not an amount.

    `decimal` is the decimal separator, `currency` the currency that a sign such as $ means if it can.
    """
    plain = re.compile(rf"([+-]?)(\d{{1,{_MOST_DIGITS}}}|(?=\{decimal}\d))(?:\{decimal}(\d{{0,6}}))?", re.ASCII)
    thousands = {".": ",' ", ",": ".' "}[decimal]
    grouped = re.compile(
        rf"(\d{{1,3}}(?:([{thousands}])\d{{2,3}}(?:\2\d{{2,3}})*(?<=\d{{3}}))?)(?:\{decimal}(\d{{0,6}}))?", re.ASCII
    )

    def read(text: str) -> Amount | None:
        match = plain.fullmatch(text)
        if match is not None:
            return Amount(match[1] == "-", match[2] or "0", match[3] or "", None)
        return _read_decorated(text, decimal, plain, grouped, currency)

    return read


def _read_decorated(text: str, decimal: str, plain: re.Pattern[str], grouped: re.Pattern[str], currency: str) -> Amount | None:
    number, negative, sign, word = _undecorated(normalized(text).replace(_ARABIC_DECIMAL, decimal))
    code = currency_of(sign, currency) if sign else None
    match = plain.fullmatch(number)
    if match is not None and not match[1]:
        return Amount(negative, match[2] or "0", match[3] or "", code, word)
    match = grouped.fullmatch(number)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match[1])
    return Amount(negative, whole, match[3] or "", code, word) if len(whole) <= _MOST_DIGITS else None


def normalized(text: str) -> str:
    """Return a cell with the digits, blanks, apostrophes and minus signs of other scripts in ASCII."""
    text = text.translate(_SIGNS)
    if not text.isascii():
        digits = (str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
        text = "".join(digits).translate({0xFF0C: ",", 0xFF0E: ".", 0xFFE5: "¥", 0xFF08: "(", 0xFF09: ")"})
    return text.strip()


def _undecorated(text: str) -> tuple[str, bool, str, str]:
    """Remove blanks, brackets, signs, currency and direction; return number, whether it is negative, currency, direction."""
    negative, sign, word = False, "", ""
    for _ in range(6):  # "-€ 12", "€ -12", "12 EUR-", "(12.00) Dr"
        before, text = text, text.strip()
        if text.startswith("(") and text.endswith(")"):
            text, negative = text[1:-1], True
        text = _NO_CENTS.sub("", text)
        bare = text.strip("+-")
        negative |= len(text) > len(bare) and "-" in (text[:1], text[-1:])
        text = bare.strip()
        for found, rest in (first_sign(text), last_sign(text)):
            if found and not sign:
                text, sign = rest, found
        if not word:
            text, word = _without_word(text)
        if text == before:
            break
    return text, negative, sign, word


def _without_word(text: str) -> tuple[str, str]:
    match = _WORD.fullmatch(text)
    for name in ("last", "first"):
        found = match[name] if match else None
        if found and match and is_direction(found):
            rest = text[: match.start("last")] if name == "last" else text[match.end("first") :].lstrip(". ")
            return rest.strip(), found
    return text, ""


def decimal_of(cells: Iterable[str], decimals: Iterable[int] | None = None) -> str | None:
    """Return the decimal separator that a column's amounts use, None if no amount shows it.

    `decimals` says how many decimals the currency of each cell has: after a single separator, three digits can be decimals.
    """
    votes = {".": 0, ",": 0}
    for cell, most in zip(cells, repeat(2) if decimals is None else decimals, strict=False):
        number = _NUMBER.search(normalized(cell))
        vote = _vote(number.group().strip(" '"), most) if number and _ARABIC_DECIMAL not in cell else None
        if vote is not None:
            votes[vote[0]] += vote[1]
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def _vote(number: str, decimals: int) -> tuple[str, int] | None:
    """Return the decimal separator that a number suggests, and how strongly."""
    dot, comma = number.rfind("."), number.rfind(",")
    if dot >= 0 and comma >= 0:
        return ("." if dot > comma else ","), _STRONG
    if dot < 0 and comma < 0:
        return None
    separator, other = (".", ",") if dot >= 0 else (",", ".")
    if number.count(separator) > 1:
        return other, _STRONG
    whole, _, fraction = number.partition(separator)
    if len(fraction) != _THREE or whole in {"", "0"}:
        return separator, _STRONG
    return (separator if decimals == _THREE else other), 1


def decimal_in(number: str, decimals: int) -> str:
    """Return the decimal separator of a single cell whose column does not show it, by the decimals of its currency."""
    found = _NUMBER.search(normalized(number))
    vote = _vote(found.group().strip(" '"), decimals) if found else None
    return vote[0] if vote else "."
