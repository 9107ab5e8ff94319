"""A category: a name that is unique in its book, and a colour."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST_CATEGORIES = 500

_PALETTE = (
    "#3b7dd8",
    "#d8573b",
    "#3ba55d",
    "#b04fc4",
    "#c98a1b",
    "#1f9aa8",
    "#d1477a",
    "#6b6fd8",
    "#7a9a2e",
    "#a8653b",
    "#4c8c8a",
    "#8a5ad1",
    "#c4514f",
    "#2f86c9",
    "#5f9e3f",
    "#b57d3f",
)


@dataclass(frozen=True, slots=True)
class Category:
    """Something to spend on."""

    id: str
    name: str
    colour: str
    version: int = 1
    author: str | None = None
    """Who made it; None is the person whose id the book has."""

    @property
    def key(self) -> str:
        """What tells names apart: equal keys mean the same name."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Return what spellings of one name have in common: letter case and Unicode composition do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def colour_for(name: str, taken: Iterable[str]) -> str:
    """Return the colour that a new category gets: one that the fewest others have; the name decides among these."""
    uses = Counter(taken)
    first = hashlib.blake2b(key_of(name).encode(), digest_size=2).digest()[0] % len(_PALETTE)
    return min(_PALETTE[first:] + _PALETTE[:first], key=lambda colour: uses[colour])
