"""Text as it is compared: words without case, accents and marks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@lru_cache(20_000)
def plain(text: str) -> str:
    """Return what is left of a text without case, accents, marks and double blanks."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", " ".join(letters.split()))
