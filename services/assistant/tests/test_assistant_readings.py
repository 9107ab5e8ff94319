"""Texts that were once misread."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from assistant.understanding.calendar import Calendar
from assistant.understanding.choice import choice_in
from assistant.understanding.follow_ups import follow
from assistant.understanding.intents import decide
from assistant.understanding.names import NameIndex
from assistant.understanding.own_names import own_names
from assistant.understanding.question import Grouping, Intent, Question
from assistant.understanding.reading import Reader, Reading, WritingConventions
from assistant.understanding.vocabulary import vocabulary_of

TODAY = Calendar(date(2017, 10, 15))
CATEGORIES = [("1", "Food / Groceries"), ("2", "Food / Coffee"), ("3", "Food / Restaurant")]


def read(text: str, language: str = "en") -> Reading:
    """Read a text of somebody with three categories and two payees."""
    words = vocabulary_of(language)
    names = NameIndex(own_names(CATEGORIES, ["Starbucks", "Rose Flower"]), words.also, words.words)
    return Reader(
        words, names, TODAY, WritingConventions(month_first=True, unit_first=language in ("es", "fr"), decimal_sign=".")
    ).read(text)


def asked(text: str, before: Question | None = None) -> Question:
    """Return what an English text asks."""
    reading = read(text)
    return follow(reading, decide(reading), before, TODAY)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "how do I undo an import"), ("de", "Wie mache ich einen Import rückgängig?")]
)
def test_asking_how_to_undo_undoes_nothing(language: str, text: str) -> None:
    """It is a question about the product."""
    assert choice_in(read(text, language), is_pending=False) is None


@pytest.mark.parametrize("text", ["undo", "undo that please", "undo it"])
def test_undo_is_understood(text: str) -> None:
    """Whatever stands beside it."""
    assert choice_in(read(text), is_pending=False) is Intent.UNDO


def test_an_amount_before_a_month_is_not_a_number_of_months() -> None:
    """ "$50 last month" is not the last 50 months."""
    question = asked("expenses over $50 last month")
    assert ([str(period.first) for period in question.periods], question.at_least) == (["2017-09-01"], Decimal("50.01"))


def test_the_number_of_a_ranking_is_not_a_day() -> None:
    """ "top 5 in October" is about all of October."""
    question = asked("top 5 in October")
    assert ([period.last.day for period in question.periods], question.limit) == ([31], 5)


def test_where_money_goes_is_a_question_about_categories() -> None:
    """Several of them, not only the first."""
    question = asked("where does my money go?")
    assert (question.intent, question.grouping, question.limit) == (Intent.RANKING, Grouping.CATEGORY, None)


def test_an_alert_may_be_about_any_budget() -> None:
    """Not only about the category in question."""
    before = asked("how much on restaurants this month?")
    assert asked("why did I get an alert?", before).names == ()


def test_the_last_coffee_is_one_entry() -> None:
    """To move all coffees would be another wish."""
    question = asked("change the category of the last coffee to groceries")
    assert (question.intent, question.limit) == (Intent.RECATEGORISE, 1)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("how do I add an expense", "entry"),
        ("how do I change my password", "password"),
        ("how can I restore a deleted expense", "restore"),
        ("what keyboard shortcuts are there", "keyboard"),
        ("how do I undo an import", "undo-import"),
    ],
)
def test_help_is_found(text: str, topic: str) -> None:
    """For what the guide has a section on."""
    question = asked(text)
    assert (question.intent, question.topic) == (Intent.HELP, topic)
