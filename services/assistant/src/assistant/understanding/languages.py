"""Tells which language a text is in, by how many of its words each vocabulary knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.understanding.text import Token, tokens_of
from assistant.understanding.vocabulary import LANGUAGES, vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def language_of(text: str, preferred: Sequence[str]) -> str:
    """Return one of LANGUAGES; of several that know as many words the first of those `preferred`."""
    tokens = [token for token in tokens_of(text) if token.is_word]
    order = [*dict.fromkeys(language for language in preferred if language in LANGUAGES), *LANGUAGES]
    return max(dict.fromkeys(order), key=lambda language: _score(tokens, language))


def _score(tokens: Sequence[Token], language: str) -> int:
    vocabulary = vocabulary_of(language)
    return sum(token.key in vocabulary.every_word for token in tokens)
