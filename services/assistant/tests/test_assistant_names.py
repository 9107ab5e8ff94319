"""A person's own names, even if there are very many or very long ones."""

from __future__ import annotations

from assistant.understanding.line import line_of
from assistant.understanding.names import Name, NameIndex
from assistant.understanding.vocabulary import vocabulary_of

ENGLISH = vocabulary_of("en")


def found_in(text: str, names: list[str]) -> list[tuple[str, ...]]:
    index = NameIndex([Name("payee", name) for name in names], ENGLISH.also, ENGLISH.words)
    return [tuple(name.text for name in found.names) for found in index.find(line_of(text, ENGLISH), ())]


def test_a_name_with_a_typing_error() -> None:
    assert found_in("at Farmmer Fresh", ["Blue Bottle", "Farmer Fresh"]) == [("Farmer Fresh",)]


def test_equally_similar_names_are_both_found() -> None:
    assert found_in("at Brixtom", ["Brixton", "Brixtol"]) == [("Brixton", "Brixtol")]


def test_only_the_first_words_of_a_long_name_are_indexed() -> None:
    """Banks write names of forty words; all of their stretches would take minutes to compare."""
    name = " ".join(chr(97 + at) * 9 for at in range(20))
    assert found_in("at aaaaaaaaa", [name]) == [(name,)]
    assert found_in("at ttttttttt", [name]) == []
    assert found_in(f"at {name}", [name]) == [(name,)]
