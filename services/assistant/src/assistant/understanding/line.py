"""A text as a line of phrases, each with all its possible meanings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.understanding.text import Token, tokens_of
from assistant.understanding.vocabulary import Phrase, Sense, Vocabulary

_UNKNOWN: frozenset[Sense] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of a text and its phrases; an unknown token is a phrase without meaning."""

    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]

    def value(self, index: int, kind: str) -> str | None:
        """Return the meaning of a phrase as a `kind`; None if it has none, or past the end."""
        return self.phrases[index].value(kind) if 0 <= index < len(self.phrases) else None

    def means(self, index: int, kind: str, value: str) -> bool:
        return 0 <= index < len(self.phrases) and Sense(kind, value) in self.phrases[index].senses

    def key(self, index: int) -> str:
        """Return a phrase in the form used for comparison; empty past the end."""
        if not 0 <= index < len(self.phrases):
            return ""
        phrase = self.phrases[index]
        return " ".join(token.key for token in self.tokens[phrase.first : phrase.end])

    def after(self, index: int, is_skipped: Callable[[int], bool]) -> int:
        """Return the first phrase from an index on that is not skipped."""
        while index < len(self.phrases) and is_skipped(index):
            index += 1
        return index


def line_of(text: str, vocabulary: Vocabulary, *, correct: Callable[[list[Token]], list[Token]] = list) -> Line:
    """Find the phrases of a text, the longest at each place, after correcting its spelling."""
    tokens, phrases, index = correct(tokens_of(text)), [], 0
    while index < len(tokens):
        phrase = vocabulary.at(tokens, index) or Phrase(_UNKNOWN, index, index + 1)
        phrases.append(phrase)
        index = phrase.end
    return Line(tuple(tokens), tuple(phrases))
