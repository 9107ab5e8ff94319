"""Days as files write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_CENTURY_TURN = 70
"""Two-digit years below this are of this century."""

FORMATS = (
    "YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "DD-MM-YYYY", "MM-DD-YYYY", "YYYYMMDD",
    "DD.MM.YY", "DD/MM/YY", "MM/DD/YY",
)  # fmt: skip
_MONTH_FIRST = re.compile(r"^(MM)(.)(DD)")
MOST, HALF = 0.9, 0.5
"""Shares of a column that must fit: to take it for dates at all, and to read one that is known to be dates."""

ReadDay = Callable[[str], str | None]


def day_reader(date_format: str) -> ReadDay:
    """Return a function from text to an ISO day, or None if it is no such day. A time of day after it is left out.

    It remembers what it read: a file has far fewer days than rows.
    """
    pattern, known = _PATTERNS[date_format], dict[str, str | None]()

    def read(text: str) -> str | None:
        if text in known:
            return known[text]
        if len(known) > 50_000:  # noqa: PLR2004  a file with garbage for dates must not fill the memory
            known.clear()
        day = known[text] = _read(pattern, text)
        return day

    return read


def _pattern(date_format: str) -> re.Pattern[str]:
    digits = {"YYYY": r"(?P<year>\d{4})", "YY": r"(?P<year>\d{2})", "MM": r"(?P<month>\d{1,2})", "DD": r"(?P<day>\d{1,2})"}
    if date_format == "YYYYMMDD":
        digits |= {"MM": r"(?P<month>\d\d)", "DD": r"(?P<day>\d\d)"}
    body = re.sub("YYYY|YY|MM|DD|[./]", lambda part: digits.get(part.group(), "\\" + part.group()), date_format)
    return re.compile(rf"\s*{body}(?:[T ,]\s*\d.*)?\s*", re.ASCII)


_PATTERNS = {date_format: _pattern(date_format) for date_format in FORMATS}


def _read(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.fullmatch(text)
    if match is None:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:  # noqa: PLR2004
        year += 2000 if year < _CENTURY_TURN else 1900
    try:
        day = date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return day.isoformat() if _FIRST_YEAR <= year <= _LAST_YEAR else None


def formats_of(cells: Sequence[str], *, locale: str, enough: float = MOST) -> list[str]:
    """Return the formats that fit a column, the likeliest first: by cells that fit, then by the reader's country."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return []
    fits = {date_format: sum(_read(_PATTERNS[date_format], cell) is not None for cell in filled) for date_format in FORMATS}
    fitting = [date_format for date_format in FORMATS if fits[date_format] >= enough * len(filled)]
    habit = _month_first(locale)
    return sorted(fitting, key=lambda name: (-fits[name], (_MONTH_FIRST.match(name) is not None) != habit))


def ambiguous(formats: Sequence[str], cells: Sequence[str]) -> bool:
    """Say whether the two likeliest formats read the same cells differently, and equally well."""
    if len(formats) < 2:  # noqa: PLR2004
        return False
    first, second = (_PATTERNS[name] for name in formats[:2])
    days = [(_read(first, cell), _read(second, cell)) for cell in cells]
    alike = sum(one is not None for one, _ in days) == sum(other is not None for _, other in days)
    return alike and any(one != other for one, other in days)


def _month_first(locale: str) -> bool:
    return locale.replace("_", "-").casefold() in {"en-us", "en", "en-ph", "es-us", "es-pr"}
