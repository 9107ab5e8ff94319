"""Reads numbers that are written in one word: "fünfundzwanzig", "vierhundertfünfzig"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

_LONGEST = 60
"""Letters; no number written in words is longer."""
_HUNDRED, _THOUSAND = 100, 1000


def number_in_one_word(key: str, numbers: Mapping[str, int], links: Collection[str]) -> int | None:
    """Return the number that a compound word means; None if it has other parts, or only one.

    `numbers` are the words for single numbers, `links` those between ones and tens, such as "und".
    """
    parts = _parts(key, numbers, links) if len(key) <= _LONGEST else None
    return _value([numbers[part] for part in parts]) if parts is not None and len(parts) > 1 else None


def _parts(key: str, numbers: Mapping[str, int], links: Collection[str]) -> list[str] | None:
    """Split a word into words for numbers, the longest at each place."""
    if not key:
        return []
    for end in range(len(key), 0, -1):
        part = key[:end]
        if part not in numbers and not (part in links and end < len(key)):
            continue
        rest = _parts(key[end:], numbers, links)
        if rest is not None:
            return [part, *rest] if part in numbers else rest
    return None


def _value(numbers: Sequence[int]) -> int:
    thousands = rest = 0
    for number in numbers:
        if number >= _THOUSAND:
            thousands, rest = thousands + max(rest, 1) * number, 0
        else:
            rest = rest * number if number == _HUNDRED and rest else rest + number
    return thousands + rest
