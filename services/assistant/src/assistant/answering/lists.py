"""Answers with lists of entries."""

from __future__ import annotations

from assistant.answering.context import Answer, Context
from assistant.answering.selection import only_period, selection_of, what_of
from assistant.conversation import blocks
from assistant.conversation.model import Block, Outcome
from assistant.tools.model import Entries, Order, Selection
from assistant.understanding.question import Question, Sorting

_SHOWN = 10
_KEYS = {Sorting.BIGGEST: "answers.biggest", Sorting.SMALLEST: "answers.smallest", Sorting.LATEST: "answers.latest"}


def entries(question: Question, context: Context) -> Answer:
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
    total = (
        [_total(question, context, selection, f"{what}, {when}")]
        if question.sorting is Sorting.OLDEST and not question.limit
        else []
    )
    return Answer(Outcome.ANSWERED, [blocks.text(words), *total, blocks.entries(shown)], question, suggestions, memory=memory)


def _total(question: Question, context: Context, selection: Selection, label: str) -> Block:
    """Return the sum of the entries, which is often what people want from a list."""
    kind = "earned" if question.is_income else "spent"
    return blocks.figures(blocks.figure_of(kind, label, context.tools.total(selection)))
