"""Answers with entries: found, largest, latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.context import Answer
from assistant.answering.selection import only_period, selection_of, what_of
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.tools.model import Entries, Order
from assistant.understanding.question import Question, Sorting

if TYPE_CHECKING:
    from assistant.answering.context import Context

_SHOWN = 10
_KEYS = {Sorting.BIGGEST: "answers.biggest", Sorting.SMALLEST: "answers.smallest", Sorting.LATEST: "answers.latest"}


def entries(question: Question, context: Context) -> Answer:
    """The entries themselves."""
    period = only_period(question)
    selection = selection_of(question, context, period)
    found = context.tools.entries(selection, Order(question.sorting.value), question.limit or _SHOWN)
    what, when = what_of(question, context), context.book.period(period)
    if not found.total:
        return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("answers.none", what=what, when=when))], question)
    shown = Entries(found.entries, len(found.entries) if question.limit else found.total, found.link)
    key = _KEYS.get(question.sorting, "answers.entries_one" if found.total == 1 else "answers.entries")
    words = context.book.say(key, what=what, when=when, count=shown.total)
    suggestions = [context.book.say("suggestions.last_month"), context.book.say("suggestions.average")]
    memory = {"found": [each.id for each in found.entries]} if shown.total == len(found.entries) else {}
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.entries(shown)], question, suggestions, memory=memory)
