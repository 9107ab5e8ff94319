"""The signs of currencies, and which currency each means."""

from __future__ import annotations

import re

from money import CURRENCIES

_CLEAR = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "₹": "INR",
    "₺": "TRY",
    "TL": "TRY",
    "₽": "RUB",
    "руб.": "RUB",
    "руб": "RUB",
    "₩": "KRW",
    "원": "KRW",
    "zł": "PLN",
    "zl": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "lei": "RON",
    "лв.": "BGN",
    "лв": "BGN",
    "₴": "UAH",
    "грн.": "UAH",
    "грн": "UAH",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "₦": "NGN",
    "₵": "GHS",
    "₡": "CRC",
    "₲": "PYG",
    "₮": "MNT",
    "₭": "LAK",
    "៛": "KHR",
    "৳": "BDT",
    "円": "JPY",
    "元": "CNY",
    "RM": "MYR",
    "Rp": "IDR",
    "Rp.": "IDR",
    "S/": "PEN",
    "S/.": "PEN",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "NZ$": "NZD",
    "R$": "BRL",
    "S$": "SGD",
    "NT$": "TWD",
    "US$": "USD",
    "MX$": "MXN",
    "Fr": "CHF",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "R": "ZAR",
    "د.ك.": "KWD",
    "د.ك": "KWD",
    "د.إ.": "AED",
    "د.إ": "AED",
    "ر.س.": "SAR",
    "ر.س": "SAR",
    "﷼": "SAR",
    "د.ب.": "BHD",
    "د.ب": "BHD",
    "ر.ق.": "QAR",
    "ر.ق": "QAR",
    "ر.ع.": "OMR",
    "ر.ع": "OMR",
    "ج.م.": "EGP",
    "ج.م": "EGP",
    "د.ت.": "TND",
    "د.ت": "TND",
    "د.م.": "MAD",
    "د.م": "MAD",
    "د.ج.": "DZD",
    "د.ج": "DZD",
    "ل.ل.": "LBP",
    "ل.ل": "LBP",
    "د.أ.": "JOD",
    "د.أ": "JOD",
    "د.ا": "JOD",
    "ع.د": "IQD",
    "د.ع.": "IQD",
    "د.ع": "IQD",
    "د.ل.": "LYD",
    "د.ل": "LYD",
    "KD": "KWD",
    "BD": "BHD",
    "Dhs": "AED",
    "Dhs.": "AED",
    "SR": "SAR",
    "FCFA": "XOF",
    "CFA": "XOF",
    "DH": "MAD",
    "DT": "TND",
    "KM": "BAM",
    "din.": "RSD",
    "din": "RSD",
    "дин.": "RSD",
    "дин": "RSD",
    "ден.": "MKD",
    "ден": "MKD",
    "KSh": "KES",
    "֏": "AMD",
    "р.": "RUB",
}
_SHARED = {
    "$": (
        "USD",
        "AUD",
        "CAD",
        "NZD",
        "SGD",
        "HKD",
        "MXN",
        "TWD",
        "ARS",
        "CLP",
        "COP",
        "UYU",
        "DOP",
        "BSD",
        "BBD",
        "BMD",
        "BZD",
        "FJD",
        "GYD",
        "JMD",
        "KYD",
        "LRD",
        "NAD",
        "SBD",
        "SRD",
        "TTD",
        "XCD",
        "ZWL",
        "BND",
        "CUP",
    ),
    "£": ("GBP", "EGP", "LBP", "GIP", "FKP", "SHP", "SYP"),
    "¥": ("JPY", "CNY"),
    "kr": ("", "SEK", "NOK", "DKK", "ISK"),
    "Rs": ("INR", "PKR", "LKR", "NPR", "MUR", "SCR"),
}
"""Signs of several currencies: first the one that is meant if the user has none of them (empty if there is none), then the others."""
_SHARED |= {"kr.": _SHARED["kr"], "Rs.": _SHARED["Rs"], "₨": _SHARED["Rs"], "dollar": _SHARED["$"], "dollars": _SHARED["$"]}
_CASELESS = {sign.casefold(): sign for sign in (*_CLEAR, *_SHARED) if len(sign) > 1}
_ANY = "|".join(re.escape(sign) for sign in sorted((*_CLEAR, *_SHARED), key=len, reverse=True))
_FIRST = re.compile(rf"({_ANY}|[A-Z]{{3}})(?![^\W\d_])\s*(.*)", re.IGNORECASE | re.DOTALL)
_LAST = re.compile(rf"(.*?)\s*(?<![^\W\d_])({_ANY}|[A-Z]{{3}})", re.IGNORECASE | re.DOTALL)


def currency_of(sign: str, home_currency: str = "") -> str | None:
    """Return the currency that a sign, name or code means; a shared sign means the user's currency, or None if that is not known."""
    if sign.upper() in CURRENCIES:
        return sign.upper()
    known = sign if sign in _CLEAR or sign in _SHARED else _CASELESS.get(sign.casefold(), "")
    if known in _SHARED:
        if not home_currency:
            return None
        return home_currency if home_currency in _SHARED[known] else _SHARED[known][0] or None
    return _CLEAR.get(known)


def _is_sign(text: str) -> bool:
    return text in _CLEAR or text in _SHARED or text.casefold() in _CASELESS or text.upper() in CURRENCIES


def first_sign(text: str) -> tuple[str, str]:
    """Return the currency at the beginning of a text ("" for none), and the rest."""
    match = _FIRST.fullmatch(text)
    return (match[1], match[2]) if match and _is_sign(match[1]) else ("", text)


def last_sign(text: str) -> tuple[str, str]:
    """Return the currency at the end of a text ("" for none), and the rest."""
    match = _LAST.fullmatch(text)
    return (match[2], match[1]) if match and _is_sign(match[2]) else ("", text)


def is_sign(text: str) -> bool:
    """Say whether a text is the sign or code of a currency and nothing else."""
    return _is_sign(text.strip())
