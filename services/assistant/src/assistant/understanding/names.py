"""Finds the person's own categories and payees in a text, also with typing errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from assistant.understanding.text import tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assistant.understanding.line import Line

_SHORTEST_FUZZY = 5
"""Letters that a word needs so that a typing error in it is forgiven."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the person's own data."""

    kind: str
    """`category`, `group` or `payee`."""
    text: str
    """As it is stored; of a group the part that its categories share."""
    ids: tuple[str, ...] = ()
    """Of its categories."""


@dataclass(frozen=True, slots=True)
class FoundName:
    """What a stretch of the line can name, the best first; several if they are equally good."""

    names: tuple[Name, ...]
    first: int
    """Its first token."""
    end: int
    exact: bool


class NameIndex:
    """The names that somebody has, by their words."""

    def __init__(self, names: Iterable[Name], also: Mapping[str, Sequence[str]]) -> None:
        """`also` are other words for a name's words, such as "Lebensmittel" for "groceries"."""
        self._by_words: dict[tuple[str, ...], list[Name]] = {}
        for name in names:
            for words in _spellings(name, also):
                known = self._by_words.setdefault(words, [])
                if name not in known:
                    known.append(name)
        self._by_length: dict[int, list[tuple[str, ...]]] = {}
        for words in self._by_words:
            self._by_length.setdefault(len(words), []).append(words)
        self._longest = max(self._by_length, default=0)

    def find(self, line: Line, taken: Collection[int]) -> list[FoundName]:
        """Return the names in the tokens that are not `taken`."""
        keys = [token.key for token in line.tokens]
        free = [index not in taken and _is_sign_or_word(key) for index, key in enumerate(keys)]
        found, index = [], 0
        while index < len(keys):
            match = self._at(keys, free, index)
            if match is not None:
                found.append(match)
            index = match.end if match is not None else index + 1
        return found

    def _at(self, keys: Sequence[str], free: Sequence[bool], index: int) -> FoundName | None:
        for exact in (True, False):
            for length in range(min(self._longest, len(keys) - index), 0, -1):
                if not all(free[index : index + length]):
                    continue
                words = tuple(keys[index : index + length])
                names = self._by_words.get(words) if exact else self._nearly(words)
                if names:
                    return FoundName(tuple(names), index, index + length, exact)
        return None

    def _nearly(self, words: tuple[str, ...]) -> list[Name]:
        text = " ".join(words)
        if len(text) < _SHORTEST_FUZZY:
            return []
        most = 1 if len(text) < 8 else 2  # noqa: PLR2004
        scored: list[tuple[int, tuple[str, ...]]] = []
        for known in self._by_length.get(len(words), ()):
            distance = DamerauLevenshtein.distance(text, " ".join(known), score_cutoff=most)
            if distance <= most and known[0][:1] == words[0][:1]:
                scored.append((distance, known))
        best = min((distance for distance, _known in scored), default=0)
        return [name for distance, known in scored if distance == best for name in self._by_words[known]]


def alike(name: str, other: str) -> bool:
    """Whether two names are so near that a person may mean either."""
    return fuzz.ratio(name.casefold(), other.casefold()) >= 85  # noqa: PLR2004


def _spellings(name: Name, also: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    keys = [token.key for token in tokens_of(name.text)]
    whole = tuple(keys)
    found = [whole]
    if name.kind == "category" and "/" in keys:
        parts = " ".join(keys).split(" / ")
        found += [tuple(" ".join(parts[start:]).split()) for start in range(1, len(parts))]
        found += [tuple(" ".join(parts[start:]).replace("/", " ").split()) for start in range(len(parts))]
    for words in tuple(found):
        found += [tuple(token.key for token in tokens_of(other)) for other in also.get(" ".join(words), ())]
    return list(dict.fromkeys(words for words in found if words))


def _is_sign_or_word(key: str) -> bool:
    return not key[0].isspace()
