"""The currencies of ISO 4217 and how many decimals each has."""

from __future__ import annotations

from iso4217 import Currency

CURRENCIES: dict[str, int] = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
"""Code to decimals; metals, funds and test codes, which have no minor unit, are left out."""


def is_currency(code: str) -> bool:
    """Say whether money can be counted in this code."""
    return code in CURRENCIES


def decimals_of(code: str) -> int:
    """Return the number of decimals of a currency: EUR 2, JPY 0, KWD 3."""
    return CURRENCIES[code]
