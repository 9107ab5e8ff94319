"""Every language is complete."""

from __future__ import annotations

import string
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from assistant.phrasing.book import Phrasebook
from assistant.understanding.vocabulary import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]


def sentences(language: str) -> dict[str, Any]:
    """Return all sentences by section and name."""
    table = tomllib.loads((files("assistant.phrasing") / f"{language}.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, entries in table.items() for name, text in entries.items()}


def gaps(text: str) -> set[str]:
    """Return the names of what is filled into a sentence."""
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}


def test_the_five_languages_are_there() -> None:
    """One is added by two files."""
    assert set(LANGUAGES) == {"en", "de", "es", "fr", "hi"}


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_has_all_sentences(language: str) -> None:
    """No sentence is missing, and none is left over."""
    assert sentences(language).keys() == sentences("en").keys()


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_has_the_same_values_in_each_language(language: str) -> None:
    """A translation may leave out what English says, but knows nothing else."""
    english = sentences("en")
    extra = {name: gaps(text) - gaps(english[name]) for name, text in sentences(language).items()}
    assert {name: names for name, names in extra.items() if names} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_in_values_stay_as_they_are(language: str) -> None:
    """A payee named {amount} is data, and no place to fill in."""
    said = Phrasebook(language, language).say("declines.word", word="{amount}")
    assert "{amount}" in said
