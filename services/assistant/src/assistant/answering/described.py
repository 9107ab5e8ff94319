"""Selects by a period, a category and a payee that somebody else took out of a text, such as Watson Assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.readers import calendar_of, reader_of
from assistant.tools.model import Category, Kind, Selection
from assistant.understanding.languages import language_of
from assistant.understanding.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from assistant.person import Person
    from assistant.tools.toolbox import Toolbox
    from assistant.understanding.calendar import Period
    from assistant.understanding.names import Name


class NotUnderstoodError(Exception):
    """No period, category or payee has this name. The message says which, and can be shown."""


def selection_of(
    period: str | None, category: str | None, payee: str | None, person: Person, tools: Toolbox, *, kind: Kind = Kind.EXPENSE
) -> Selection:
    """Return the entries that the words describe; what is None or empty restricts nothing.

    Raises:
        NotUnderstoodError: for a word that means nothing here, or several payees.
    """
    days = period_of(period, person, tools) if period else None
    of_category = _named(category, "category", person, tools) if category else ()
    of_payee = _named(payee, "payee", person, tools) if payee else ()
    return Selection(
        kind=kind,
        first=days.first if days else None,
        last=days.last if days else None,
        categories=tuple(Category(each, name.text) for name in of_category for each in name.ids),
        payees=tuple(name.text for name in of_payee),
    )


def period_of(text: str, person: Person, tools: Toolbox) -> Period:
    """Return the period that a text names in the person's language or another one; raises NotUnderstoodError."""
    own = person.locale.partition("-")[0]
    for language in dict.fromkeys((language_of(text, [own]), own, *LANGUAGES)):
        if language in LANGUAGES:
            found = reader_of(language, person, tools, calendar_of(person)).read(text).periods
            if found:
                return found[0].period
    message = f"“{text}” is no period that is known here; say it as in “last month”, “May 2017” or “2017-05-01 to 2017-05-10”."
    raise NotUnderstoodError(message)


def _named(text: str, kind: str, person: Person, tools: Toolbox) -> tuple[Name, ...]:
    own = person.locale.partition("-")[0]
    language = language_of(text, [own])
    found = reader_of(language, person, tools, calendar_of(person)).read(text).names
    names = [name for each in found for name in each.names if (name.kind == "payee") == (kind == "payee")]
    if not names:
        message = f"No {kind} of yours is called “{text}”."
        raise NotUnderstoodError(message)
    if kind == "payee" and len(names) > 1:
        message = f"“{text}” may be {' or '.join(name.text for name in names)}; say which."
        raise NotUnderstoodError(message)
    return tuple(names)
