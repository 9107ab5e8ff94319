"""The currencies of ISO 4217, those of today and those of the past, and how many decimals each has."""

from __future__ import annotations

from iso4217 import Currency

_CURRENT = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
_PAST = {
    "ANG": 2,
    "ATS": 2,
    "AZM": 2,
    "BGL": 2,
    "BGN": 2,
    "BYR": 2,
    "CSD": 2,
    "CSK": 2,
    "CUC": 2,
    "CYP": 2,
    "DEM": 2,
    "EEK": 2,
    "FIM": 2,
    "FRF": 2,
    "GHC": 2,
    "HRK": 2,
    "IEP": 2,
    "LTL": 2,
    "LVL": 2,
    "MRO": 2,
    "MTL": 2,
    "MZM": 2,
    "NLG": 2,
    "PLZ": 2,
    "ROL": 2,
    "RUR": 2,
    "SDD": 2,
    "SIT": 2,
    "SKK": 2,
    "SLL": 2,
    "SRG": 2,
    "STD": 2,
    "TMM": 2,
    "UAK": 2,
    "VEB": 2,
    "VEF": 2,
    "YUM": 2,
    "ZMK": 2,
    "ZWD": 2,
    "ZWL": 2,
    "BEF": 0,
    "ESP": 0,
    "GRD": 0,
    "ITL": 0,
    "LUF": 0,
    "PTE": 0,
    "TRL": 0,
}
"""Withdrawn since statements come as files (list three of the standard), with the decimals that statements have."""
CURRENCIES: dict[str, int] = _PAST | _CURRENT
"""Code to decimals; metals, funds and test codes, which have no minor unit, are left out."""


def is_currency(code: str) -> bool:
    return code in CURRENCIES


def is_current(code: str) -> bool:
    """Say whether a code is a currency of today, in which somebody can keep a ledger."""
    return code in _CURRENT


def decimals_of(code: str) -> int:
    """Return the number of decimals of a currency: EUR 2, JPY 0, KWD 3."""
    return CURRENCIES[code]
