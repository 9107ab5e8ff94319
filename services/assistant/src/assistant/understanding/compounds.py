"""Splits compound words: "Restaurantbudget" is the budget for restaurants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import DamerauLevenshtein

from assistant.understanding.names import NameIndex
from assistant.understanding.text import Token, key_of
from assistant.understanding.vocabulary import Vocabulary

_SHORTEST = 3
"""Letters of a first part, at least."""
_SHORTEST_FUZZY = 6
"""Letters of a last part in which one error is tolerated, at least."""
_LINKS = ("", "s", "n", "es", "en")
"""Letters that may join the parts, as in "Versicherungskosten"."""


def split(tokens: Sequence[Token], vocabulary: Vocabulary, names: NameIndex) -> list[Token]:
    """Return the tokens, with unknown ones split if they consist of a name or a word for time, and an ending."""
    return [part for token in tokens for part in _parts(token, vocabulary, names)]


def _parts(token: Token, vocabulary: Vocabulary, names: NameIndex) -> tuple[Token, ...]:
    if not vocabulary.endings or not token.is_word or vocabulary.knows(token) or names.errors_in(token) == 0:
        return (token,)
    for at in range(_SHORTEST, len(token.text) - 2):
        ending = _ending(key_of(token.text[at:]), vocabulary)
        head = _head(replace(token, text=token.text[:at], key=key_of(token.text[:at]), end=token.start + at), vocabulary, names)
        if ending and head is not None:
            return head, replace(token, text=token.text[at:], key=ending, start=token.start + at)
    return (token,)


def _ending(key: str, vocabulary: Vocabulary) -> str:
    """Return the ending that equals or nearly equals a last part."""
    if key in vocabulary.endings:
        return key
    near = [
        each
        for each in vocabulary.endings
        if len(each) >= _SHORTEST_FUZZY and each[0] == key[0] and DamerauLevenshtein.distance(each, key, score_cutoff=1) <= 1
    ]
    return near[0] if len(near) == 1 else ""


def _head(token: Token, vocabulary: Vocabulary, names: NameIndex) -> Token | None:
    """Return the first part without the joining letters, if it has a meaning."""
    for link in _LINKS:
        if not token.key.endswith(link) or len(token.key) - len(link) < _SHORTEST:
            continue
        known = replace(token, key=token.key.removesuffix(link))
        if names.errors_in(known) == 0 or vocabulary.is_of_calendar(known.key):
            return known
    return token if names.errors_in(token) is not None else None
