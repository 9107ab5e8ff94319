"""The vocabulary of a language: phrases and their meanings, from the tables in words/ and from CLDR."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel import Locale

from assistant.understanding.numerals import number_in_one_word
from assistant.understanding.text import Token, key_of, spellings_of, tokens_of

_LONG = 6
LANGUAGES = tuple(
    sorted(file.name.removesuffix(".toml") for file in (files(__package__) / "words").iterdir() if file.name.endswith(".toml"))
)
"""The languages with a table in words/."""


@dataclass(frozen=True, slots=True)
class Sense:
    """A possible meaning of a phrase: `kind` is a table of the language's file, `value` the entry in it."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a text with all its possible meanings."""

    senses: frozenset[Sense]
    first: int
    """Its first token."""
    end: int
    """The token after its last one."""

    def value(self, kind: str) -> str | None:
        """Return its meaning as a `kind`, or None."""
        return next((sense.value for sense in self.senses if sense.kind == kind), None)


class Vocabulary:
    """All phrases of a language."""

    def __init__(
        self,
        language: str,
        tables: Mapping[str, Mapping[str, Sequence[str]]],
        also: Mapping[str, Sequence[str]],
        *,
        said: Mapping[str, Sequence[str]],
        endings: Iterable[str] = (),
        lookalikes: Sequence[str] = (),
    ) -> None:
        """`tables` map kinds to values to phrases.

        `also` has synonyms of parts of names ("eating out" for "restaurant"), `said` synonyms of words in descriptions and tags.
        `endings` are last parts of compound words, such as the "budget" of "Restaurantbudget".
        `lookalikes` look like one of these words or a typing error in one, but are not ("mari" is not "mardi").
        """
        self.language, self.also = language, also
        self.endings = frozenset(key for each in endings for key in _words_of(each))
        self._said: dict[str, list[str]] = defaultdict(list)
        for word, synonyms in said.items():
            for other in (spelling for each in synonyms for spelling in spellings_of(each)):
                self._said[key_of(other)].append(word)
        self._senses: dict[tuple[str, ...], set[Sense]] = defaultdict(set)
        for kind, values in tables.items():
            for value, phrases in values.items():
                for spelling in (each for phrase in phrases for each in spellings_of(phrase)):
                    self._senses[_keys(tokens_of(spelling))].add(Sense(kind, value))
        self._lookalikes = frozenset(key_of(spelling) for word in lookalikes for spelling in spellings_of(word))
        for key in self._lookalikes:
            self._senses.pop((key,), None)
        self._numbers = {
            keys[0]: int(sense.value)
            for keys, senses in self._senses.items()
            for sense in senses
            if len(keys) == 1 and sense.kind == "number" and sense.value.isdigit()
        }
        link = Sense("period", "and")
        self._links = frozenset(keys[0] for keys, senses in self._senses.items() if len(keys) == 1 and link in senses)
        self._longest = max(len(keys) for keys in self._senses)
        self.words = frozenset(word for keys in self._senses for word in keys if len(word) > 1 or not word.isascii())
        telling = (keys for keys, senses in self._senses.items() if any(sense.kind != "filler" for sense in senses))
        self.telling_words = frozenset(word for keys in telling for word in keys if len(keys) == 1 or len(word) >= _LONG)
        """Words in which typing errors are worth correcting, unlike "the" and "please"."""
        of_names = (key for words in also.values() for each in words for key in _words_of(each))
        self.every_word = self.words | frozenset(of_names) | frozenset(self._said)

    def at(self, tokens: Sequence[Token], index: int) -> Phrase | None:
        """Return the longest phrase that begins at a token."""
        for length in range(min(self._longest, len(tokens) - index), 0, -1):
            senses = self._senses.get(_keys(tokens[index : index + length]))
            if senses:
                return Phrase(frozenset(senses), index, index + length)
        if tokens[index].key in self._lookalikes:
            return Phrase(frozenset((Sense("lookalike", ""),)), index, index + 1)  # nor is it a typing error in a name
        number = self._number_in(tokens[index])
        return Phrase(frozenset((Sense("number", str(number)),)), index, index + 1) if number else None

    def knows(self, token: Token) -> bool:
        """Whether a word occurs in a phrase, is a number, or only looks like a typing error."""
        key = token.key
        return key in self.words or key in self._said or key in self._lookalikes or self._number_in(token) is not None

    def others_for(self, text: str) -> Sequence[str]:
        """Return synonyms of a word in descriptions and tags, which may be in another language."""
        return self._said.get(key_of(text), ())

    def is_of_calendar(self, key: str) -> bool:
        """Whether a word names a unit of time, a month or a weekday."""
        return any(sense.kind in ("unit", "month", "weekday") for sense in self._senses.get((key,), ()))

    def _number_in(self, token: Token) -> int | None:
        return number_in_one_word(token.key, self._numbers, self._links)


def _words_of(phrase: str) -> list[str]:
    return [token.key for spelling in spellings_of(phrase) for token in tokens_of(spelling)]


def _keys(tokens: Iterable[Token]) -> tuple[str, ...]:
    return tuple(token.key for token in tokens)


@cache
def vocabulary_of(language: str) -> Vocabulary:
    table = tomllib.loads((files(__package__) / "words" / f"{language}.toml").read_text("utf-8"))
    also, said = table.pop("also", {}), table.pop("said", {})
    endings, lookalikes = table.pop("ending", {}).get("ending", ()), table.pop("lookalike", {}).get("word", ())
    tables = {**table, **_of_calendar(Locale.parse(language), table)}
    return Vocabulary(language, tables, also, said=said, endings=endings, lookalikes=lookalikes)


def _of_calendar(locale: Locale, table: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, list[str]]]:
    """Return the names of months and weekdays, from CLDR and the table."""
    found: dict[str, dict[str, list[str]]] = {}
    for kind, names in (("month", locale.months), ("weekday", locale.days)):
        own = table.get(kind, {})
        found[kind] = {str(number): list(own.get(str(number), ())) for number in names["format"]["wide"]}
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[context][width].items():
                    found[kind][str(number)].append(name.rstrip("."))
    return found
