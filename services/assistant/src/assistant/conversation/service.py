"""A conversation: from a message and what was kept of the talk to an answer, block by block."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace

from assistant.conversation import blocks
from assistant.conversation.answering import Answering, Fallback, Understood
from assistant.conversation.changes import act
from assistant.conversation.meters import Meters
from assistant.conversation.model import Block, Choice, Message, Outcome, Reply
from assistant.conversation.sentences import Phrasing
from assistant.conversation.state import ForgottenError, State, States, TooMuchToKeepError
from assistant.conversation.turn import Turn
from assistant.person import Person
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox

log = logging.getLogger("outlay.assistant")

_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What was sent: a text or a choice, and the conversation that it continues."""

    text: str = ""
    choice: Choice | None = None
    conversation: str = ""
    extension: str = field(default="", repr=False)
    """By which Watson Assistant may call back for this person, if there is one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All of an answer."""

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
    """Answers messages. It keeps nothing between them, and logs nothing of what is said."""

    def __init__(self, answering: Answering, states: States, phrasing: Phrasing, meters: Meters) -> None:
        """`phrasing` has what the conversation itself says."""
        self._answering, self._states, self._phrasing, self._meters = answering, states, phrasing, meters

    @property
    def adapter(self) -> str:
        """The name of the assistant that answers if nothing is wrong."""
        return self._answering.name

    def examples(self, person: Person) -> tuple[str, ...]:
        """Return questions to begin with, in the language of the account."""
        return self._examples(person.locale.partition("-")[0])

    def _examples(self, language: str) -> tuple[str, ...]:
        return tuple(self._phrasing(language).examples())

    def answer(self, said: Said, person: Person, tools: Toolbox) -> Iterator[Block | Answer]:
        """Yield blocks as they become known, and at the end the answer with all of them."""
        started, turn = time.perf_counter(), Turn(person, self._answering.name)
        for block in self._blocks(turn, said, tools):
            turn.shown.append(block)
            yield block
        answer = Answer(
            conversation=self._states.sealed(turn.state, person),
            adapter=turn.adapter,
            fallback=turn.fallback,
            language=turn.language,
            intent=turn.intent,
            outcome=turn.outcome,
            blocks=tuple(turn.shown),
            suggestions=turn.suggestions or self._examples(turn.language)[:_SUGGESTED],
            choices=turn.choices,
        )
        self._meters.answered(turn.adapter, turn.intent, turn.outcome.value, time.perf_counter() - started)
        yield answer

    def _blocks(self, turn: Turn, said: Said, tools: Toolbox) -> Iterator[Block]:
        forgotten = not self._resume(turn, said.conversation)
        if forgotten:
            yield blocks.text(self._phrasing(turn.language).forgotten())
        if said.choice:
            yield from self._act(turn, said.choice, tools)
        else:
            yield from self._understand(turn, said, tools)
        yield from self._fit(turn)

    def _resume(self, turn: Turn, conversation: str) -> bool:
        """Go on with a conversation; say whether that could be done."""
        turn.begin(State())
        if conversation:
            try:
                turn.begin(self._states.opened(conversation, turn.person))
            except ForgottenError:
                return False
        return True

    def _understand(self, turn: Turn, said: Said, tools: Toolbox) -> Iterator[Block]:
        try:
            reply = yield from self._listen(turn, said, tools)
        except ToolError as error:
            turn.fail()
            yield blocks.text(self._phrasing(turn.language).failed(str(error)))
            return
        except Exception as error:  # nobody foresaw it; its text may hold what the person wrote
            yield self._broken(turn, error)
            return
        yield from reply.blocks
        if reply.choice:
            yield from self._act(turn, reply.choice, tools)
        elif turn.state.pending and not turn.person.may_write:
            turn.state, turn.outcome = replace(turn.state, pending=None), Outcome.FAILED
            yield blocks.text(self._phrasing(turn.language).may_not_write())

    def _listen(self, turn: Turn, said: Said, tools: Toolbox) -> Generator[Block, None, Reply]:
        """Yield blocks as they become known; return the reply with those that are left."""
        shown, memories = 0, turn.state.memory
        for item in self._answering.reply(_message(turn, said), memories, tools):
            if isinstance(item, Understood):
                turn.take(item.reply, item.adapter)
                return replace(item.reply, blocks=item.reply.blocks[shown:])
            if isinstance(item, Fallback):
                turn.fallback, turn.adapter = True, "builtin"
                self._meters.fell_back(item.reason)
                yield blocks.text(self._phrasing(turn.language).fallback())
            else:
                shown += 1
                yield item
        raise EndlessReplyError

    def _act(self, turn: Turn, choice: Choice, tools: Toolbox) -> Iterator[Block]:
        say = self._phrasing(turn.language)
        try:
            acted = act(choice, turn.state, person=turn.person, tools=tools, say=say)
        except Exception as error:  # see above; what was proposed stays, since it is done once however often it is tried
            yield self._broken(turn, error)
            return
        turn.acted(acted)
        yield from acted.blocks

    def _fit(self, turn: Turn) -> Iterator[Block]:
        """Leave out what does not fit into the next message: a proposal is given up then, a change loses its undo."""
        try:
            self._states.sealed(turn.state, turn.person)
        except TooMuchToKeepError:
            proposed = turn.state.pending is not None
            turn.state = replace(turn.state, pending=None, made=turn.state.made if proposed else None, memory={})
            if proposed:
                turn.fail()
                yield blocks.text(self._phrasing(turn.language).too_much())

    def _broken(self, turn: Turn, error: Exception) -> Block:
        turn.fail()
        log.error("the assistant failed", extra={"kind": type(error).__name__, "at": _place_of(error)})
        return blocks.text(self._phrasing(turn.language).broken())


class EndlessReplyError(Exception):
    """An assistant ended without a whole reply."""


def _message(turn: Turn, said: Said) -> Message:
    state = turn.state
    return Message(
        text=said.text,
        person=turn.person,
        memory={},
        pending=state.pending.proposal if state.pending else None,
        can_undo=bool(state.made and state.made.undo),
        extension=said.extension,
    )


def _place_of(error: Exception) -> str:
    """Return where it was raised; the rest of a traceback may hold what the person wrote."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
