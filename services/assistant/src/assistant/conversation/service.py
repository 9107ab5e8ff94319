"""Answers a message, block by block, from its text and the state of the conversation."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace

from assistant.conversation import blocks
from assistant.conversation.changes import apply_choice
from assistant.conversation.draft import AnswerDraft
from assistant.conversation.fallback import AssistantWithFallback, Complete, Fallback
from assistant.conversation.metrics import AnswerMetrics
from assistant.conversation.model import Block, Choice, Message, Outcome, Reply
from assistant.conversation.state import State, StateCipher, StateTooLargeError, UnreadableStateError
from assistant.errors import raised_at
from assistant.person import Person
from assistant.phrasing.book import phrasebook_in
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox

log = logging.getLogger("outlay.assistant")

_EXAMPLES = ("last_month_groceries", "biggest", "add")


@dataclass(frozen=True, slots=True)
class UserInput:
    """What the client sent: a text or a choice, and the conversation that it continues."""

    text: str = ""
    choice: Choice | None = None
    conversation: str = ""
    extension: str = field(default="", repr=False)
    """A token with which Watson Assistant may call back for this person; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer."""

    conversation: str
    adapter: str
    fallback: bool
    language: str
    intent: str
    outcome: Outcome
    blocks: tuple[Block, ...]
    suggestions: tuple[str, ...]
    choices: tuple[Choice, ...]


class Conversation:
    """Answers messages. It stores nothing between them, and never logs what people write."""

    def __init__(self, assistants: AssistantWithFallback, states: StateCipher, metrics: AnswerMetrics) -> None:
        self._assistants, self._states, self._metrics = assistants, states, metrics

    @property
    def adapter(self) -> str:
        return self._assistants.name

    def examples(self, person: Person) -> tuple[str, ...]:
        """Return questions to start with, in the account's language."""
        return _examples(person.locale.partition("-")[0])

    def answer(self, sent: UserInput, person: Person, tools: Toolbox) -> Iterator[Block | Answer]:
        """Yield blocks as soon as they are known, and finally the answer with all of them."""
        started, draft = time.perf_counter(), AnswerDraft(person, self._assistants.name)
        for block in self._blocks(draft, sent, tools):
            draft.shown.append(block)
            yield block
        answer = Answer(
            conversation=self._states.encrypt(draft.state, person),
            adapter=draft.adapter,
            fallback=draft.fallback,
            language=draft.language,
            intent=draft.intent,
            outcome=draft.outcome,
            blocks=tuple(draft.shown),
            suggestions=draft.suggestions or _examples(draft.language),
            choices=draft.choices,
        )
        self._metrics.answered(draft.adapter, draft.intent, draft.outcome.value, time.perf_counter() - started)
        yield answer

    def _blocks(self, draft: AnswerDraft, sent: UserInput, tools: Toolbox) -> Iterator[Block]:
        if not self._resume(draft, sent.conversation):
            yield blocks.text(draft.phrasebook.say("conversation.forgotten"))
        if sent.choice:
            yield from self._act(draft, sent.choice, tools)
        else:
            yield from self._reply_to(draft, sent, tools)
        yield from self._fit(draft)

    def _resume(self, draft: AnswerDraft, conversation: str) -> bool:
        """Restore the conversation's state; return False if that is impossible."""
        draft.begin(State())
        if conversation:
            try:
                draft.begin(self._states.decrypt(conversation, draft.person))
            except UnreadableStateError:
                return False
        return True

    def _reply_to(self, draft: AnswerDraft, sent: UserInput, tools: Toolbox) -> Iterator[Block]:
        try:
            reply = yield from self._ask(draft, sent, tools)
        except ToolError as error:
            draft.outcome = Outcome.FAILED
            yield blocks.text(draft.phrasebook.say("declines.failed", reason=str(error)))
            return
        except Exception as error:  # unexpected; its text may contain what the person wrote
            yield self._broken(draft, error)
            return
        yield from reply.blocks
        if reply.choice:
            yield from self._act(draft, reply.choice, tools)
        elif draft.state.pending and not draft.person.may_write:
            draft.state, draft.outcome = replace(draft.state, pending=None), Outcome.FAILED
            yield blocks.text(draft.phrasebook.say("conversation.may_not_write"))

    def _ask(self, draft: AnswerDraft, sent: UserInput, tools: Toolbox) -> Generator[Block, None, Reply]:
        """Yield blocks as soon as they are known; return the reply with the remaining ones."""
        shown, memories = 0, draft.state.memory
        for item in self._assistants.reply(_message(draft, sent), memories, tools):
            if isinstance(item, Complete):
                draft.add_reply(item.reply, item.adapter)
                return replace(item.reply, blocks=item.reply.blocks[shown:])
            if isinstance(item, Fallback):
                draft.fallback, draft.adapter = True, "builtin"
                self._metrics.fell_back(item.reason)
                yield blocks.text(draft.phrasebook.say("conversation.fallback"))
            else:
                shown += 1
                yield item
        raise IncompleteReplyError

    def _act(self, draft: AnswerDraft, choice: Choice, tools: Toolbox) -> Iterator[Block]:
        try:
            result = apply_choice(choice, draft.state, person=draft.person, tools=tools, book=draft.phrasebook)
        except Exception as error:  # see above; the proposal is kept, since repeating it is safe
            yield self._broken(draft, error)
            return
        draft.add_choice_result(result)
        yield from result.blocks

    def _fit(self, draft: AnswerDraft) -> Iterator[Block]:
        """Shrink a state that is too long for the next message: drop the proposal, or the undo of the last change."""
        try:
            self._states.encrypt(draft.state, draft.person)
        except StateTooLargeError:
            proposed = draft.state.pending is not None
            draft.state = replace(draft.state, pending=None, made=draft.state.made if proposed else None, memory={})
            if proposed:
                draft.outcome = Outcome.FAILED
                yield blocks.text(draft.phrasebook.say("conversation.too_much"))

    def _broken(self, draft: AnswerDraft, error: Exception) -> Block:
        draft.outcome = Outcome.FAILED
        log.error("the assistant failed", extra={"kind": type(error).__name__, "at": raised_at(error)})
        return blocks.text(draft.phrasebook.say("conversation.broken"))


class IncompleteReplyError(Exception):
    """An assistant ended without a complete reply."""


def _message(draft: AnswerDraft, sent: UserInput) -> Message:
    state = draft.state
    return Message(
        text=sent.text,
        person=draft.person,
        memory={},
        pending=state.pending.proposal if state.pending else None,
        can_undo=state.undoable is not None,
        extension=sent.extension,
    )


def _examples(language: str) -> tuple[str, ...]:
    book = phrasebook_in(language)
    return tuple(book.say(f"suggestions.{name}") for name in _EXAMPLES)
