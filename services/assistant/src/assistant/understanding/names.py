"""Finds the person's own categories and payees in a text, despite typing errors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from assistant.understanding.line import Line
from assistant.understanding.text import Token, spellings_of, tokens_of

_MANY = 9
_SHORTEST_FUZZY_PART = 8
"""A single word of a longer name needs at least this many letters, since it may be an ordinary word."""
_SHORTEST_FUZZY = 5
"""Letters that a word needs for a typing error to be tolerated."""
_WORDS_OF_PARTS = 10
"""Only parts within this many first words of a payee's name are indexed: banks write up to 40 words, which have 800 parts."""
_MOST_PARTS = 20_000
"""Parts of names that are indexed for one person, those with the most spending first."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the person's own data."""

    kind: str
    """`category`, `group` or `payee`."""
    text: str
    """As it is stored; for a group, the part that its categories share."""
    ids: tuple[str, ...] = ()
    """The ids of its categories."""


@dataclass(frozen=True, slots=True)
class FoundName:
    """The names that some words can mean; several if they match equally well."""

    names: tuple[Name, ...]
    first: int
    """Its first token."""
    end: int
    exact: bool
    """Whether it is spelled like the name."""
    whole: bool = True
    """Whether it is the full name, not a part of it."""


class NameIndex:
    """A person's names, by their words."""

    def __init__(self, names: Iterable[Name], also: Mapping[str, Sequence[str]], common: Collection[str] = ()) -> None:
        """`also` has synonyms of names; `common` has words that alone never mean a payee, such as "the"."""
        self._whole, self._parts, left = _Names(), _Names(), _MOST_PARTS
        for name in names:
            for words in _spellings(name, also):
                self._whole.add(words, name)
            parts = _parts_of(name, common)[:left] if name.kind == "payee" else []
            left -= len(parts)
            for words in parts:
                self._parts.add(words, name)
        self._longest = max(self._whole.longest, self._parts.longest)
        self._words = {word for words in (*self._whole.by_words, *self._parts.by_words) for word in words}
        self._by_initial = _by_initial(self._words)

    def errors_in(self, token: Token) -> int | None:
        """Return the number of typing errors compared with the nearest word of a name; None if none is near."""
        key = token.key
        if key in self._words:
            return 0
        if len(key) < _SHORTEST_FUZZY:
            return None
        nearest = process.extractOne(
            key,
            self._by_initial.get(key[:1], ()),
            scorer=DamerauLevenshtein.distance,
            processor=None,
            score_cutoff=_errors_forgiven(key),
        )
        return int(nearest[1]) if nearest is not None else None

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
            (self._whole.by_words.get, True, True),
            (self._whole.nearest, False, True),
            (self._parts.by_words.get, True, False),
            (self._near_part, False, False),
        )
        last = min(self._longest, len(keys) - index)
        free = next((length for length in range(last) if index + length in taken), last)
        for lookup, is_exact, is_whole in lookups:
            for length in range(free, 0, -1):
                if not is_exact and all(at in known for at in range(index, index + length)):
                    continue
                names = lookup(tuple(keys[index : index + length]))
                if names:
                    return FoundName(tuple(names), index, index + length, is_exact, is_whole)
        return None

    def _near_part(self, words: tuple[str, ...]) -> list[Name]:
        return self._parts.nearest(words) if len(" ".join(words)) >= _SHORTEST_FUZZY_PART else []


class _Names:
    """Names by their words, for exact and approximate lookup. However many there are, only a few are compared."""

    def __init__(self) -> None:
        self.by_words: dict[tuple[str, ...], list[Name]] = {}
        self.longest = 0
        self._by_first: dict[tuple[int, str], list[tuple[int, tuple[str, ...]]]] = {}
        """By number of words and first word: position and all words."""
        self._firsts: dict[tuple[int, str], list[str]] = {}
        """First words, by number of words and first letter."""

    def add(self, words: tuple[str, ...], name: Name) -> None:
        known = self.by_words.setdefault(words, [])
        if not known:
            self.longest = max(self.longest, len(words))
            alike = self._by_first.setdefault((len(words), words[0]), [])
            if not alike:
                self._firsts.setdefault((len(words), words[0][:1]), []).append(words[0])
            alike.append((len(self.by_words), words))
        if name not in known:
            known.append(name)

    def nearest(self, words: tuple[str, ...]) -> list[Name]:
        """Return the nearest names, if they differ by no more than one or two typing errors."""
        text = " ".join(words)
        if len(text) < _SHORTEST_FUZZY:
            return []
        best, found = _errors_forgiven(text), dict[Name, None]()
        candidates = (each for first in self._near_firsts(words) for each in self._by_first.get((len(words), first), ()))
        for _place, known in sorted(candidates):
            errors = _errors_between(words, known, best)
            if errors < best:
                best, found = errors, {}
            if errors == best:
                found.update(dict.fromkeys(self.by_words[known]))
        return list(found)

    def _near_firsts(self, words: tuple[str, ...]) -> Collection[str]:
        word, most = words[0], _errors_in_word(words[0])
        begin = self._firsts.get((len(words), word[:1]), ())
        if not most or not begin:
            return (word,)
        near = process.extract(word, begin, scorer=DamerauLevenshtein.distance, processor=None, score_cutoff=most, limit=None)
        return [first for first, _errors, _at in near]


def _by_initial(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[:1], []).append(word)
    return found


def _errors_between(words: tuple[str, ...], known: tuple[str, ...], most: int) -> int:
    """Return the number of typing errors between words; more than `most` if one is a different word."""
    errors = 0
    for word, other in zip(words, known, strict=True):
        if word != other:
            in_word = DamerauLevenshtein.distance(word, other, score_cutoff=2)
            errors += in_word if in_word <= _errors_in_word(word) else _MANY
        if errors > most:
            break
    return errors


def _errors_in_word(word: str) -> int:
    return (0, 0, 0, 0, 1, 1, 2)[min(len(word), 7) - 1]


def _parts_of(name: Name, common: Collection[str]) -> list[tuple[str, ...]]:
    """Return the parts of a payee's name that can stand for it, such as "Boons" for "Uncle Boons"."""
    keys = [token.key for token in tokens_of(name.text)]
    most = min(len(keys), _WORDS_OF_PARTS)
    stretches = [tuple(keys[first:end]) for first in range(most) for end in range(first + 1, most + 1)]
    return [
        words
        for words in dict.fromkeys(stretches)
        if len(words) < len(keys)
        and words[0][0].isalpha()
        and words[-1][0].isalnum()
        and any(len(word) > 3 and word not in common for word in words)
    ]


def _errors_forgiven(text: str) -> int:
    return 1 if len(text) < 8 else 2


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
