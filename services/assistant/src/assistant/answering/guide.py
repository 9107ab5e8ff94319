"""Answers about Outlay itself, from its guide."""

from __future__ import annotations

from assistant.answering.context import Answer, Context
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.tools.manual import Manual
from assistant.understanding.question import Question


def explain(question: Question, context: Context) -> Answer:
    """Answer with the guide's passage on a topic."""
    passage = Manual().topic(question.topic, context.book.language)
    return Answer(Outcome.HELP, [blocks.text(passage.text), blocks.link(passage.title, passage.link)], question)
