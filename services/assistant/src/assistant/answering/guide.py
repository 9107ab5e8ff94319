"""Answers about Outlay itself, from its guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.context import Answer
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.tools.manual import Manual

if TYPE_CHECKING:
    from assistant.answering.context import Context
    from assistant.understanding.question import Question


def explain(question: Question, context: Context) -> Answer:
    """Answer with the guide's passage on a topic."""
    passage = Manual().topic(question.topic, context.book.language)
    return Answer(Outcome.HELP, [blocks.text(passage.text), blocks.link(passage.title, passage.link)], question)
