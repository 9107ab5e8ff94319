"""Detects the language of a text by how many of its words each vocabulary knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understanding.text import Token, tokens_of
from assistant.understanding.vocabulary import LANGUAGES, vocabulary_of

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def language_of(text: str, preferred: Sequence[str]) -> str:
    """Return one of LANGUAGES; if several know as many words, the first of those `preferred`.

    The first one, that of the conversation or the person, wins even if it knows one word less:
    "seulement Food / Coffee" is still French.
    """
    tokens = [token for token in tokens_of(text) if token.is_word]
    order = [*dict.fromkeys(language for language in preferred if language in LANGUAGES), *LANGUAGES]
    scores = {language: _score(tokens, language) for language in order}
    stays = next((language for language in preferred if language in LANGUAGES), "")
    is_note = any(token.is_number and not _YEAR.fullmatch(token.key) for token in tokens_of(text))  # "uber 23.50"
    return max(scores, key=lambda language: scores[language] + (language == stays and (scores[language] > 0 or is_note)))


def _score(tokens: Sequence[Token], language: str) -> int:
    vocabulary = vocabulary_of(language)
    return sum(token.key in vocabulary.every_word for token in tokens)
