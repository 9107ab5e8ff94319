"""Finds the person's own categories and payees in a text, also with typing errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from assistant.understanding.text import spellings_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assistant.understanding.line import Line
    from assistant.understanding.text import Token

_MANY = 9
_SHORTEST_FUZZY_PART = 8
"""A word of a longer name needs more letters than that, since it may be a word of its own."""
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
    """Whether it is spelled as the name is."""
    whole: bool = True
    """Whether it is all of the name, and not one of its words."""


class NameIndex:
    """The names that somebody has, by their words."""

    def __init__(self, names: Iterable[Name], also: Mapping[str, Sequence[str]], common: Collection[str] = ()) -> None:
        """`also` are other words for a name's words; `common` are words by which alone no payee is meant, such as "the"."""
        self._whole: dict[tuple[str, ...], list[Name]] = {}
        self._parts: dict[tuple[str, ...], list[Name]] = {}
        for name in names:
            for words in _spellings(name, also):
                _append(self._whole, words, name)
            if name.kind == "payee":
                for words in _parts_of(name, common):
                    _append(self._parts, words, name)
        self._longest = max((len(words) for words in (*self._whole, *self._parts)), default=0)
        self._words = {word for words in (*self._whole, *self._parts) for word in words}

    def errors_in(self, token: Token) -> int | None:
        """Return in how many letters a word differs from the nearest word of a name; None if no name is near."""
        key = token.key
        if key in self._words:
            return 0
        if len(key) < _SHORTEST_FUZZY:
            return None
        near = (DamerauLevenshtein.distance(key, word, score_cutoff=2) for word in self._words if word[:1] == key[:1])
        fewest = min(near, default=_MANY)
        return fewest if fewest <= _errors_forgiven(key) else None

    def find(self, line: Line, taken: Collection[int]) -> list[FoundName]:
        """Return the names in the tokens that are not `taken`."""
        keys = [token.key for token in line.tokens]
        known = {index for phrase in line.phrases if phrase.senses for index in range(phrase.first, phrase.end)}
        found, index = [], 0
        while index < len(keys):
            match = self._at(keys, taken, known, index)
            if match is not None:
                found.append(match)
            index = match.end if match is not None else index + 1
        return found

    def _at(self, keys: Sequence[str], taken: Collection[int], known: Collection[int], index: int) -> FoundName | None:
        lookups = (
            (self._whole.get, True, True), (self._near_whole, False, True),
            (self._parts.get, True, False), (self._near_part, False, False),
        )  # fmt: skip
        for lookup, is_exact, is_whole in lookups:
            for length in range(min(self._longest, len(keys) - index), 0, -1):
                span = range(index, index + length)
                if any(at in taken for at in span) or (not is_exact and all(at in known for at in span)):
                    continue
                names = lookup(tuple(keys[index : index + length]))
                if names:
                    return FoundName(tuple(names), index, index + length, is_exact, is_whole)
        return None

    def _near_whole(self, words: tuple[str, ...]) -> list[Name]:
        return _nearest(words, self._whole)

    def _near_part(self, words: tuple[str, ...]) -> list[Name]:
        return _nearest(words, self._parts) if len(" ".join(words)) >= _SHORTEST_FUZZY_PART else []


def _nearest(words: tuple[str, ...], names: Mapping[tuple[str, ...], list[Name]]) -> list[Name]:
    """Return the names that differ least from what was written, if by no more than a typing error or two."""
    text = " ".join(words)
    if len(text) < _SHORTEST_FUZZY:
        return []
    best, found = _errors_forgiven(text), dict[Name, None]()
    for known in names:
        if len(known) != len(words) or known[0][:1] != words[0][:1]:
            continue
        errors = _errors_between(words, known, best)
        if errors < best:
            best, found = errors, {}
        if errors == best:
            found.update(dict.fromkeys(names[known]))
    return list(found)


def _errors_between(words: tuple[str, ...], known: tuple[str, ...], most: int) -> int:
    """Return in how many letters words differ, more than `most` if one of them is another word."""
    errors = 0
    for word, other in zip(words, known, strict=True):
        if word != other:
            in_word = DamerauLevenshtein.distance(word, other, score_cutoff=2)
            errors += in_word if in_word <= (0, 0, 0, 0, 1, 1, 2)[min(len(word), 7) - 1] else _MANY
        if errors > most:
            break
    return errors


def _append(names: dict[tuple[str, ...], list[Name]], words: tuple[str, ...], name: Name) -> None:
    known = names.setdefault(words, [])
    if name not in known:
        known.append(name)


def _parts_of(name: Name, common: Collection[str]) -> list[tuple[str, ...]]:
    """Return the stretches of a payee's name by which it can be called, such as "Boons" of "Uncle Boons"."""
    keys = [token.key for token in tokens_of(name.text)]
    stretches = [tuple(keys[first:end]) for first in range(len(keys)) for end in range(first + 1, len(keys) + 1)]
    return [
        words for words in dict.fromkeys(stretches)
        if len(words) < len(keys) and words[0][0].isalpha() and words[-1][0].isalnum()
        and any(len(word) > 3 and word not in common for word in words)  # noqa: PLR2004
    ]  # fmt: skip


def _errors_forgiven(text: str) -> int:
    return 1 if len(text) < 8 else 2  # noqa: PLR2004


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
        others = (spelling for other in also.get(" ".join(words), ()) for spelling in spellings_of(other))
        found += [tuple(token.key for token in tokens_of(other)) for other in others]
    found += [tuple(token.key for token in tokens_of(spelling)) for spelling in spellings_of(name.text)[1:]]
    return list(dict.fromkeys(words for words in found if words))
