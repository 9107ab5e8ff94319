"""The built-in assistant: understands by a grammar, without a network or a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.answering import budgets, changes, help_, lists, sums
from assistant.answering.asking import ask_which
from assistant.answering.context import Answer, Context, DeclinedError
from assistant.answering.readers import calendar_of, reader_of
from assistant.conversation import blocks
from assistant.conversation.model import Choice, Outcome, Reply
from assistant.phrasing.book import Phrasebook
from assistant.tools.model import ToolError
from assistant.understanding.calendar import Calendar
from assistant.understanding.choosing import choice_in
from assistant.understanding.deciding import decide
from assistant.understanding.following import answer_to, follow
from assistant.understanding.languages import language_of
from assistant.understanding.question import Intent, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assistant.conversation.model import Block, Message, Person
    from assistant.tools.toolbox import Toolbox
    from assistant.understanding.reading import Reading


_CHOICES = {Intent.CONFIRM: Choice.CONFIRM, Intent.CANCEL: Choice.CANCEL, Intent.UNDO: Choice.UNDO}
_NEW = frozenset({Intent.ADD, Intent.HELP})
"""Intents in which a part of a payee's name need not mean one that there is."""
_SUGGESTED = 3
_ANSWERS: Mapping[Intent, Callable[[Question, Context], Answer]] = {
    Intent.SPENDING: sums.spending, Intent.INCOME: sums.spending, Intent.COUNT: sums.count, Intent.AVERAGE: sums.average,
    Intent.COMPARISON: sums.comparison, Intent.RANKING: sums.ranking, Intent.ENTRIES: lists.entries,
    Intent.BUDGET: budgets.one_budget, Intent.BUDGETS: budgets.budgets, Intent.PACE: budgets.pace, Intent.WHY: budgets.why,
    Intent.ADD: changes.add_expense, Intent.SET_BUDGET: changes.set_budget, Intent.RECATEGORISE: changes.recategorise,
    Intent.HELP: help_.explain,
}  # fmt: skip


class BuiltIn:
    """Answers by itself, in five languages."""

    name = "builtin"

    def __init__(self, *, new_id: Callable[[], str]) -> None:
        """`new_id` makes ids of proposals."""
        self._new_id = new_id

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        """Yield the blocks of an answer, and the reply."""
        language = language_of(message.text, [str(message.memory.get("language", "")), message.person.locale.partition("-")[0]])
        book = Phrasebook(language, message.person.locale)
        try:
            reply = self._reply(message, tools, language, book)
        except ToolError as error:
            failed = book.say("declines.failed", reason=str(error))
            reply = Reply(Outcome.FAILED, "failed", language, (blocks.text(failed),), memory=message.memory)
        yield from reply.blocks
        yield replace(reply, suggestions=_three(reply.suggestions, book))

    def _reply(self, message: Message, tools: Toolbox, language: str, book: Phrasebook) -> Reply:
        today = calendar_of(message.person)
        reading = reader_of(language, message.person, tools, today).read(message.text)
        choice = choice_in(reading, is_pending=message.pending is not None)
        if choice is not None:
            return Reply(Outcome.ANSWERED, choice.value, language, (), memory=message.memory, choice=_CHOICES[choice])
        before = Question.from_memory(message.memory["question"]) if "question" in message.memory else None
        question = _question(reading, message.person, before, today, is_asked=bool(message.memory.get("asked")))
        context = Context(message.person, tools, book, today, self._new_id, _found(reading, message.memory))
        answer = self._answer(reading, question, context)
        memory: dict[str, Any] = {
            "language": language, "question": answer.question.to_memory(), **answer.memory,
            "asked": answer.outcome is Outcome.CLARIFY,
        }  # fmt: skip
        return Reply(
            answer.outcome, answer.intent, language, tuple(answer.blocks), tuple(answer.suggestions), answer.proposal, memory,
        )  # fmt: skip

    def _answer(self, reading: Reading, question: Question, context: Context) -> Answer:
        if question.intent is Intent.UNKNOWN and reading.has("hello", "help") and not reading.unknown:
            greeting = replace(question, intent=Intent.GREETING)
            return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("declines.hello"))], greeting)
        try:
            self._check(reading, question, context)
            if question.ambiguous and question.intent not in _NEW:
                return ask_which(question, context)
            return _ANSWERS[question.intent](question, context)
        except DeclinedError as declined:
            return Answer(Outcome.DECLINED, [blocks.text(str(declined))], _after_declining(question, context))

    def _check(self, reading: Reading, question: Question, context: Context) -> None:
        """Raise DeclinedError for what is never answered."""
        book = context.book
        if question.intent is Intent.HELP:
            return
        if reading.has("destroy"):
            raise DeclinedError(book.say("declines.cannot"))
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
        if reading.first("cannot_first") == 0 and question.amount is None and not reading.has("how_much", "count"):
            raise DeclinedError(book.say("declines.cannot"))
        if reading.has("lacking") or _is_about_somebody_else(reading):
            raise DeclinedError(book.say("declines.lacking"))
        if question.periods and all(period.first > context.today.today for period in question.periods):
            raise DeclinedError(book.say("declines.future"))
        if question.intent is Intent.UNKNOWN:
            words = [reading.line.tokens[reading.line.phrases[index].first].text for index in reading.unknown]
            raise DeclinedError(book.say("declines.word", word=words[0]) if words else book.say("declines.unclear"))


def _question(reading: Reading, person: Person, before: Question | None, today: Calendar, *, is_asked: bool) -> Question:
    question = decide(reading)
    if question.currency == person.currency:  # "how many dollars?": sums are in it anyway
        question = replace(question, currency="")
    if is_asked and before is not None:
        completed = answer_to(question, before)
        if completed is not None:
            return completed
    return _or_spending(follow(reading, question, before, today))


def _or_spending(question: Question) -> Question:
    """Take names and days alone ("restaurants in May?") as a question for the sum."""
    if question.intent is Intent.UNKNOWN and (question.names or question.periods or question.tag) and not question.texts:
        return replace(question, intent=Intent.SPENDING)
    return question


def _is_about_somebody_else(reading: Reading) -> bool:
    """Whether the words ask what somebody else did: "did Natasha spend", "hat Natasha gestern gekauft", "Natasha ने"."""
    others = reading.cues.get("third_person", ())
    if any(index - 1 in others for index in reading.unknown) and reading.has("spend", "buy", "income") and not reading.has("cost"):
        return True
    return any(
        index + 1 in reading.cues.get("doer_after", ())
        or (
            index - 1 in reading.cues.get("auxiliary", ())
            and any(index + 1 in reading.cues.get(cue, ()) for cue in ("spend", "buy"))
        )
        for index in reading.unknown
    )


def _is_odd(reading: Reading) -> bool:
    """Whether there are signs of a program among the words, which nobody means as an expense."""
    return any(not reading.line.key(index)[:1].isalnum() for index in reading.unknown)


def _after_declining(question: Question, context: Context) -> Question:
    """Return what a follow-up can build on: what was understood, without the words and days that led nowhere."""
    intent = Intent.SPENDING if question.intent in (Intent.AVERAGE, Intent.UNKNOWN) else question.intent
    known = tuple(period for period in question.periods if period.first <= context.today.today)
    return replace(question, intent=intent, periods=known, texts=(), without_texts=())


def _found(reading: Reading, memory: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the entries of the last answer if the words describe no others."""
    other = [found for found in reading.names if found.names[0].kind == "payee"]
    return () if other or reading.periods or reading.unknown else tuple(str(each) for each in memory.get("found", ()))


def _three(suggestions: tuple[str, ...], book: Phrasebook) -> tuple[str, ...]:
    """Return three suggestions, whatever the answer had of its own."""
    general = (book.say(f"suggestions.{name}") for name in ("month", "budgets", "biggest", "add"))
    return tuple(dict.fromkeys((*suggestions, *general)))[:_SUGGESTED]
