"""Keeps a spreadsheet from running a text as a formula, in a way that can be undone exactly."""

from __future__ import annotations

import re
import unicodedata

_TRIGGERS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
"""With what a formula begins, also as full-width characters; some programs read on behind a tab or a line end."""
_CELL_ENDS = re.compile(r"(?<=[;\t\r\n])")
"""Where a spreadsheet that expects other separators than ours begins another cell."""
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?", re.ASCII)


def guarded(text: str) -> str:
    """Put a ' before what a spreadsheet would run as a formula, wherever it may see a cell begin."""
    return "".join(f"'{part}" if _is_formula(part) else part for part in _CELL_ENDS.split(text))


def unguarded(cell: str) -> str:
    """Return the text of which `guarded` made a cell."""
    return "".join(part[1:] if part[:1] == "'" and _is_formula(part[1:]) else part for part in _CELL_ENDS.split(cell))


def _is_formula(text: str) -> bool:
    """Say whether a text begins with a trigger, perhaps behind characters that are not seen or that guard it already."""
    if _NUMBER.fullmatch(text):
        return False
    for letter in text:
        if letter in _TRIGGERS:
            return True
        if letter != "'" and not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc", "Mn"}:
            return False
    return False
