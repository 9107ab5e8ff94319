"""Finds dates: "9/3", "3. September", "September 3rd, 2017", "the 3rd"."""

from __future__ import annotations

import re

from assistant.understanding.calendar import Calendar
from assistant.understanding.line import Line
from assistant.understanding.terms import Match, checked, day_number, is_short, means, past_skipped, year_number

_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|ere|eme|e|o|a)?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.((?:[0-9]{2}){1,2}))?")


class DateFinder:
    """Finds dates in a line."""

    def __init__(self, today: Calendar, *, month_first: bool) -> None:
        """With `month_first`, 9/3 is 3 September."""
        self._today, self._month_first = today, month_first

    def numeric(self, line: Line, index: int) -> Match:
        keys = [line.key(index + step) for step in range(5)]
        if year_number(line, index) is not None and keys[1] in "-/" and keys[3] == keys[1]:
            return checked(keys[0], keys[2], keys[4], index + 5)
        dotted = _DOTTED.fullmatch(keys[0])
        if dotted and (dotted.group(3) or keys[1] == "."):
            end = index + (1 if dotted.group(3) or keys[1] != "." else 2)
            if not dotted.group(3) and year_number(line, end) is not None:
                return checked(line.key(end), dotted.group(2), dotted.group(1), end + 1)
            return self._day_and_month(dotted.group(1), dotted.group(2), dotted.group(3), end)
        if keys[1] == "/" and is_short(keys[0]) and is_short(keys[2]):
            day, month = (keys[2], keys[0]) if self._month_first else (keys[0], keys[2])
            year = keys[4] if keys[3] == "/" and keys[4].isdigit() else None
            return self._day_and_month(day, month, year, index + (5 if year else 3))
        return None

    def _day_and_month(self, day: str, month: str, year: str | None, end: int) -> Match:
        if year is None:
            found = self._today.latest_day(int(month), int(day)) if 1 <= int(month) <= 12 else None
            return (found, end) if found else None
        return checked(year if len(year) == 4 else f"20{year}", month, day, end)

    def named(self, line: Line, index: int) -> Match:
        """Read "3 September 2017", "3. September", "le 1er mars", "September 3rd"."""
        day, at = day_number(line, index), index + 1
        if day is not None and line.means(index - 1, "cue", "top"):
            return None  # "top 5 in October"
        if day is not None:
            at = past_skipped(line, at + (line.key(at) == "."))
            month = line.value(at, "month")
        else:
            month, at = line.value(index, "month"), past_skipped(line, index + 1)
            day = day_number(line, at) if at == index + 1 or self._is_day(line, at) else None
        if day is None or month is None or (year_number(line, at) is not None and line.value(at, "month") is None):
            return None
        end = past_skipped(line, at + 1 + (line.key(at + 1) == ","))
        year = year_number(line, end)
        if year is not None:
            return checked(str(year), month, str(day), end + 1)
        found = self._today.latest_day(int(month), day)
        return (found, at + 1) if found else None

    def _is_day(self, line: Line, index: int) -> bool:
        """Whether a number is certainly a day, as in "3rd" and "3 तारीख", but not the 5 of "अगस्त के 5 खर्च"."""
        return line.key(index)[-1:].isalpha() or means(line, index + 1, "day_number")

    def day_of_month(self, line: Line, index: int) -> Match:
        """Read "the 3rd", "am 3." and "3 तारीख" as the latest such day."""
        key = line.key(index)
        ordinal = _DAY.fullmatch(key)
        is_followed = line.key(index + 1) == "." or means(line, index + 1, "day_number")
        if ordinal is None or not (key[-1].isalpha() or is_followed or self._is_the_day(line, index)):
            return None
        found = self._today.latest_day_of_month(int(ordinal.group(1)))
        return (found, index + 1 + is_followed) if found else None

    def _is_the_day(self, line: Line, index: int) -> bool:
        """Whether a bare number is a day: "le 12" and "el 12" are, unless it is the number of something."""
        if not means(line, index - 1, "on_day"):
            return False
        after = index + 1
        if not line.key(after)[:1].isalnum():
            return line.key(after) not in ("%", "/", "$")
        counted = any(line.value(after, kind) for kind in ("currency", "unit", "number", "month"))
        return not counted and (line.value(after, "filler") is not None or means(line, after, "skip"))
