"""Picks the answer to a question, and declines what is never answered, whichever assistant understood it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from assistant.answering import budgets, changes, guide, lists, sums
from assistant.answering.clarification import ask_which
from assistant.answering.context import Answer, Context, DeclinedError
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.person import Person
from assistant.phrasing.book import Phrasebook
from assistant.understanding.calendar import Calendar
from assistant.understanding.follow_ups import answer_to, follow
from assistant.understanding.intents import decide
from assistant.understanding.question import Intent, Question
from assistant.understanding.reading import Reading

_SUGGESTED = 3
_NEW = frozenset({Intent.ADD, Intent.HELP})
"""Intents in which part of a payee's name need not refer to an existing payee."""
_ANSWERS: Mapping[Intent, Callable[[Question, Context], Answer]] = {
    Intent.SPENDING: sums.spending,
    Intent.INCOME: sums.spending,
    Intent.COUNT: sums.count,
    Intent.AVERAGE: sums.average,
    Intent.COMPARISON: sums.comparison,
    Intent.RANKING: sums.ranking,
    Intent.ENTRIES: lists.entries,
    Intent.BUDGET: budgets.one_budget,
    Intent.BUDGETS: budgets.budgets,
    Intent.PACE: budgets.pace,
    Intent.WHY: budgets.why,
    Intent.ADD: changes.add_expense,
    Intent.SET_BUDGET: changes.set_budget,
    Intent.RECATEGORISE: changes.recategorise,
    Intent.HELP: guide.explain,
}


def answer_of(reading: Reading, question: Question, context: Context) -> Answer:
    """Answer a question; raises ToolError."""
    if question.intent is Intent.UNKNOWN and reading.has("hello", "help") and not reading.unknown:
        greeting = replace(question, intent=Intent.GREETING)
        return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("declines.hello"))], greeting)
    try:
        _check(reading, question, context)
        if question.ambiguous and question.intent not in _NEW:
            return ask_which(question, context)
        return _ANSWERS[question.intent](question, context)
    except DeclinedError as declined:
        return Answer(Outcome.DECLINED, [blocks.text(str(declined))], _after_declining(question, context))


def _check(reading: Reading, question: Question, context: Context) -> None:
    """Raise DeclinedError for questions that are never answered."""
    book = context.book
    if question.intent is Intent.HELP:
        return
    if reading.has("destroy"):
        raise DeclinedError(book.say("declines.cannot"))
    if question.intent is Intent.ADD and any(period.last > context.today.today for period in question.periods[:1]):
        raise DeclinedError(book.say("declines.future"))
    if question.intent is Intent.ADD and not reading.has("cannot") and not _is_odd(reading):
        return
    if question.intent is Intent.ADD and _is_odd(reading):
        raise DeclinedError(book.say("declines.unclear"))
    if reading.has("advice"):
        raise DeclinedError(book.say("declines.advice"))
    if reading.has("cannot") and not reading.has("how_much", "count", "spend"):
        raise DeclinedError(book.say("declines.cannot"))
    if reading.has("future") and question.intent is not Intent.PACE:
        raise DeclinedError(book.say("declines.future"))
    is_order = reading.has("cannot_first") and reading.first("cannot_first") == 0
    if is_order and question.amount is None and not reading.has("how_much", "count"):
        raise DeclinedError(book.say("declines.cannot"))
    if reading.has("lacking") or _is_about_somebody_else(reading):
        raise DeclinedError(book.say("declines.lacking"))
    if question.periods and all(period.first > context.today.today for period in question.periods):
        raise DeclinedError(book.say("declines.future"))
    if question.intent is Intent.UNKNOWN or (reading.has("dont") and reading.amounts):
        words = [reading.line.tokens[reading.line.phrases[index].first].text for index in reading.unknown]
        raise DeclinedError(book.say("declines.word", word=words[0]) if words else book.say("declines.unclear"))


def question_of(reading: Reading, person: Person, before: Question | None, today: Calendar, *, is_asked: bool) -> Question:
    """Return the question in a text, which may continue the previous one; `is_asked` means that the last answer asked back."""
    question = decide(reading)
    if question.currency == person.currency:  # "how many dollars?": sums are in the home currency anyway
        question = replace(question, currency="")
    if is_asked and before is not None:
        completed = answer_to(question, before)
        if completed is not None:
            return completed
    return _or_spending(follow(reading, question, before, today))


def _or_spending(question: Question) -> Question:
    """Treat names and days alone ("restaurants in May?") as a question about the sum."""
    selects = question.names or ((question.periods or question.tag or question.currency) and not question.texts)
    if question.intent is Intent.UNKNOWN and selects:
        return replace(question, intent=Intent.SPENDING)
    return question


def _is_about_somebody_else(reading: Reading) -> bool:
    """Whether the question is about somebody else: "did Natasha spend", "hat Natasha gestern gekauft", "Natasha ने"."""
    others = reading.cues.get("third_person", ())
    if any(index - 1 in others for index in reading.unknown) and reading.has("spend", "buy", "income") and not reading.has("cost"):
        return True
    return any(
        index + 1 in reading.cues.get("doer_after", ())
        or any(beside in reading.cues.get("theirs", ()) for beside in (index - 1, index + 1))
        or (
            index - 1 in reading.cues.get("auxiliary", ())
            and any(index + 1 in reading.cues.get(cue, ()) for cue in ("spend", "buy"))
        )
        for index in reading.unknown
    )


def _is_odd(reading: Reading) -> bool:
    """Whether there are symbols of a program among the words, so that it cannot be an expense."""
    return any(not reading.line.key(index)[:1].isalnum() for index in reading.unknown)


def _after_declining(question: Question, context: Context) -> Question:
    """Return what a follow-up can build on: the question without the words and days that caused the decline."""
    intent = Intent.SPENDING if question.intent in (Intent.AVERAGE, Intent.UNKNOWN) else question.intent
    known = tuple(period for period in question.periods if period.first <= context.today.today)
    usable = replace(question, intent=intent, periods=known, texts=(), without_texts=())
    if question.at_least is not None and question.at_least == question.at_most:  # the 2 of "user 2"
        return replace(usable, at_least=None, at_most=None)
    return usable


def found_in(reading: Reading, memory: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the entries of the last answer, unless the words describe others."""
    other = [found for found in reading.names if found.names[0].kind == "payee"]
    return () if other or reading.periods or reading.unknown else tuple(str(each) for each in memory.get("found", ()))


def three_suggestions(suggestions: tuple[str, ...], book: Phrasebook) -> tuple[str, ...]:
    """Return three suggestions: those of the answer first, then general ones."""
    general = (book.say(f"suggestions.{name}") for name in ("month", "budgets", "biggest", "add"))
    return tuple(dict.fromkeys((*suggestions, *general)))[:_SUGGESTED]
