"""Corrects typing errors in known words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import DamerauLevenshtein

from assistant.understanding.names import NameIndex
from assistant.understanding.text import Token
from assistant.understanding.vocabulary import Vocabulary

_SHORT, _LONG = 3, 8
"""Shorter words than `_SHORT` letters are never corrected; from `_LONG` letters on, two errors are tolerated."""


def corrected(tokens: Sequence[Token], vocabulary: Vocabulary, names: NameIndex) -> list[Token]:
    """Return the tokens, with the key of the nearest word of the vocabulary for unknown ones."""
    return [_corrected(token, vocabulary, names) for token in tokens]


def _corrected(token: Token, vocabulary: Vocabulary, names: NameIndex) -> Token:
    if not token.is_word or len(token.key) < _SHORT or vocabulary.knows(token):
        return token
    if len(token.key) <= _SHORT + 1 and not token.key.isascii():  # vowel signs count as letters, so all short words are similar
        return token
    of_names = names.errors_in(token)
    if of_names == 0:
        return token
    word, errors = _nearest(token.key, vocabulary)
    is_meant = of_names is None or errors < of_names or names.errors_in(replace(token, key=word)) == 0
    return replace(token, key=word) if word and is_meant else token


def _nearest(key: str, vocabulary: Vocabulary) -> tuple[str, int]:
    """Return the nearest word and its number of errors; no word if several are equally near."""
    best, found = (1 if len(key) < _LONG else 2), set[str]()
    for word in vocabulary.words:
        if abs(len(word) - len(key)) > best or not _may_be(key, word, is_telling=word in vocabulary.telling_words):
            continue
        distance = DamerauLevenshtein.distance(key, word, score_cutoff=best)
        if distance < best:
            best, found = distance, {word}
        elif distance == best:
            found.add(word)
    for alike in ({word for word in found if sorted(word) == sorted(key)}, {word for word in found if word[0] == key[0]}):
        if len(found) > 1 and len(alike) == 1:
            found = alike
    return (found.pop() if len(found) == 1 else ""), best


def _may_be(key: str, word: str, *, is_telling: bool) -> bool:
    """Whether two words begin alike. In short words, only swapped letters and a missing letter are tolerated.

    In filler words, only swapped letters are corrected; otherwise "mother" would become "other".
    """
    if not is_telling and len(key) < _LONG:
        return sorted(key) == sorted(word)
    if len(key) <= _SHORT + 1:
        return sorted(key) == sorted(word) or (len(word) == len(key) + 1 and key[0] == word[0] and len(key) > _SHORT)
    return key[0] == word[0] or sorted(key[:2]) == sorted(word[:2])
