"""Makes readers of a person's texts, from their locale and their own names."""

from __future__ import annotations

from functools import lru_cache

from assistant.person import Person
from assistant.phrasing.book import decimal_sign_of, locale_of, month_comes_first
from assistant.tools.model import Category
from assistant.tools.toolbox import Toolbox
from assistant.understanding.calendar import Calendar
from assistant.understanding.names import NameIndex
from assistant.understanding.own_names import own_names
from assistant.understanding.reading import Reader, WritingConventions
from assistant.understanding.vocabulary import vocabulary_of

_UNIT_FIRST = frozenset({"es", "fr"})
"""Languages in which the unit comes before "last" or "next", as in "mes pasado"."""

_WEEK_STARTS = {"hi": 0}
"""The first day of the week in everyday language, where CLDR only knows how calendars are printed."""


def reader_of(language: str, person: Person, tools: Toolbox, today: Calendar) -> Reader:
    """Return a reader of a language that knows the person's own names; raises ToolError."""
    names = _index(language, tuple(tools.categories()), tuple(tools.payees()))
    conventions = WritingConventions(month_comes_first(person.locale), language in _UNIT_FIRST, decimal_sign_of(person.locale))
    return Reader(vocabulary_of(language), names, today, conventions)


@lru_cache(maxsize=32)
def _index(language: str, categories: tuple[Category, ...], payees: tuple[str, ...]) -> NameIndex:
    vocabulary = vocabulary_of(language)
    return NameIndex(
        own_names([(category.id, category.name) for category in categories], payees), vocabulary.also, vocabulary.words
    )


def calendar_of(person: Person) -> Calendar:
    locale = locale_of(person.locale)
    return Calendar(person.today, week_starts=_WEEK_STARTS.get(locale.language, locale.first_week_day))
