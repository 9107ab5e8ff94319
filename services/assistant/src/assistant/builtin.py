"""The built-in assistant: a grammar, without a network or a language model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from assistant.answering.answers import answer_of, found_in, question_of, three_suggestions
from assistant.answering.context import Context
from assistant.answering.readers import calendar_of, reader_of
from assistant.conversation import blocks
from assistant.conversation.model import Block, Choice, Message, Outcome, Reply
from assistant.phrasing.book import Phrasebook
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox
from assistant.understanding.choice import choice_in
from assistant.understanding.languages import language_of
from assistant.understanding.question import Intent, Question

_CHOICES = {Intent.CONFIRM: Choice.CONFIRM, Intent.CANCEL: Choice.CANCEL, Intent.UNDO: Choice.UNDO}


class BuiltIn:
    """Answers questions in five languages."""

    name = "builtin"

    def __init__(self, *, new_id: Callable[[], str]) -> None:
        """`new_id` makes the ids of proposals."""
        self._new_id = new_id

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        language = language_of(message.text, [str(message.memory.get("language", "")), message.person.locale.partition("-")[0]])
        book = Phrasebook(language, message.person.locale)
        try:
            reply = self._reply(message, tools, language, book)
        except ToolError as error:
            failed = book.say("declines.failed", reason=str(error))
            reply = Reply(Outcome.FAILED, "failed", language, (blocks.text(failed),), memory=message.memory)
        yield from reply.blocks
        yield replace(reply, suggestions=three_suggestions(reply.suggestions, book))

    def _reply(self, message: Message, tools: Toolbox, language: str, book: Phrasebook) -> Reply:
        today = calendar_of(message.person)
        reading = reader_of(language, message.person, tools, today).read(message.text)
        choice = choice_in(reading, is_pending=message.pending is not None)
        if choice is not None:
            return Reply(Outcome.ANSWERED, choice.value, language, (), memory=message.memory, choice=_CHOICES[choice])
        before = Question.from_memory(message.memory["question"]) if "question" in message.memory else None
        question = question_of(reading, message.person, before, today, is_asked=bool(message.memory.get("asked")))
        context = Context(message.person, tools, book, today, self._new_id, found_in(reading, message.memory))
        answer = answer_of(reading, question, context)
        memory: dict[str, Any] = {
            "language": language,
            "question": answer.question.to_memory(),
            **answer.memory,
            "asked": answer.outcome is Outcome.CLARIFY,
        }
        return Reply(
            answer.outcome, answer.intent, language, tuple(answer.blocks), tuple(answer.suggestions), answer.proposal, memory
        )
