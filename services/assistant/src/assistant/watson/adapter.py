"""The adapter: a talk with Watson Assistant behind the port `Assistant`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.answering.answers import three
from assistant.answering.context import Answer
from assistant.conversation import blocks
from assistant.conversation.model import AssistantUnavailableError, Block, Choice, Message, Outcome, Proposal, Reply
from assistant.toolapi.asking import Asking
from assistant.tools.model import ToolError
from assistant.understanding.choosing import choice_in
from assistant.understanding.question import Intent, Question
from assistant.watson.client import Asked, WatsonClient
from assistant.watson.context import context_of
from assistant.watson.directives import Talk, carried_out
from assistant.watson.failures import Reason, WatsonError
from assistant.watson.rendering import MOST_BLOCKS, Rendered, rendered
from assistant.watson.transport import Deadline

if TYPE_CHECKING:
    from assistant.tools.toolbox import Toolbox

log = logging.getLogger("outlay.assistant.watson")

SECONDS = 2.2
"""For Watson in one message; who waits gives up after three, and our own tools need some of them."""
OWN_WORDS = "watson"
"""The intent of an answer that is Watson's alone."""
_MOST_DIRECTIVES = 3
_MOST_KEPT = 4_000
"""Characters of JSON that a conversation may carry for the options that Watson offered."""
_CHOICES = {Intent.CONFIRM: Choice.CONFIRM, Intent.CANCEL: Choice.CANCEL, Intent.UNDO: Choice.UNDO}
_INPUT = frozenset({"text", "intents", "entities", "suggestion_id"})


@dataclass(slots=True)
class _Made:
    """What became of a message so far."""

    blocks: list[Block] = field(default_factory=list)
    answer: Answer | None = None
    """Of the last directive."""
    proposal: Proposal | None = None
    failed: bool = False

    def take(self, answer: Answer) -> None:
        """Add what a tool found."""
        self.answer, self.proposal = answer, answer.proposal
        self.blocks += answer.blocks

    def fail(self, error: ToolError, asking: Asking) -> None:
        """Add that the API refused, and why."""
        self.failed = True
        self.blocks.append(blocks.text(asking.book.say("declines.failed", reason=str(error))))


class Watson:
    """Understands messages by Watson Assistant. Threads can share it."""

    name = "watson"

    def __init__(
        self,
        client: WatsonClient,
        *,
        new_id: Callable[[], str],
        pseudonym: Callable[[str], str],
        extension: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        """`pseudonym` is what Watson gets in place of a user's id; `extension` whether it gets a token to read by."""
        self._client, self._new_id, self._pseudonym = client, new_id, pseudonym
        self._extension, self._seconds = extension, seconds

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        """Yield the blocks of an answer, and the reply. See `Assistant.reply`."""
        asking = Asking(message.person, tools, new_id=self._new_id, memory=message.memory)
        asking.speak(message.text)
        reply = self._choice(message, asking) or self._completed(message, asking) or self._answer(message, asking)
        yield from reply.blocks
        yield reply

    def end(self, memory: Mapping[str, Any], user_id: str) -> None:
        """End the session of a talk that nobody goes on with; what cannot be ended now ends by itself."""
        session = _session(memory)
        if session:
            try:
                with Deadline(self._seconds):
                    self._client.end(session, self._pseudonym(user_id))
            except WatsonError as error:
                log.info("a session was left to end by itself", extra={"reason": error.reason.value})

    def forget(self, user_id: str) -> None:
        """Have Watson delete what it keeps of somebody; raises AssistantUnavailableError."""
        try:
            with Deadline(self._seconds):
                self._client.forget(self._pseudonym(user_id))
        except WatsonError as error:
            raise _unavailable(error) from error

    def _choice(self, message: Message, asking: Asking) -> Reply | None:
        """Return what a plain yes, no or undo means. Watson is not asked: only the person can agree to a change."""
        if not (message.pending or message.can_undo) or message.text in _inputs(message.memory):
            return None
        choice = choice_in(asking.read(message.text), is_pending=message.pending is not None)
        if choice is None or (choice is not Intent.UNDO and message.pending is None):
            return None
        return Reply(Outcome.ANSWERED, choice.value, asking.language, (), memory=message.memory, choice=_CHOICES[choice])

    def _completed(self, message: Message, asking: Asking) -> Reply | None:
        """Return the answer if the message says what Outlay, and not Watson, asked back for."""
        before = _before(message.memory)
        if before is None or not message.memory.get("asked"):
            return None
        made = _Made()
        try:
            if not asking.completes(message.text, before):
                return None
            made.take(asking.understand(message.text, before, is_asked=True))
        except ToolError as error:
            made.fail(error, asking)
        return self._reply(made, Rendered(), asking, _session(message.memory))

    def _answer(self, message: Message, asking: Asking) -> Reply:
        try:
            with Deadline(self._seconds):
                session, answer = self._ask(message)
                shown = rendered(answer)
            made = self._composed(shown, message, answer, asking)
        except WatsonError as error:
            raise _unavailable(error) from error
        if shown.ends:
            self.end({"session": session}, message.person.user_id)
            session = ""
        return self._reply(made, shown, asking, session, words=_words(message))

    def _ask(self, message: Message) -> tuple[str, Mapping[str, Any]]:
        """Send a message within the session of the talk, or in a new one if there is none any more."""
        user = self._pseudonym(message.person.user_id)
        context = context_of(message.person, message.extension if self._extension else "")
        said = _inputs(message.memory).get(message.text, {})
        session = _session(message.memory)
        if session:
            try:
                return session, self._client.say(session, Asked(message.text, user, context, said))
            except WatsonError as error:
                if error.reason is not Reason.NOT_FOUND:
                    raise
        session, _headers = self._client.begin(user)
        return session, self._client.say(session, Asked(message.text, user, context))

    def _composed(self, shown: Rendered, message: Message, answer: Mapping[str, Any], asking: Asking) -> _Made:
        """Put what Outlay found where Watson wanted it."""
        made, talk = _Made(), Talk(_words(message), _before(message.memory), _context(answer))
        places = [*shown.places[:_MOST_DIRECTIVES], len(shown.blocks)]
        made.blocks += shown.blocks[: places[0]]
        for number, directive in enumerate(shown.directives[:_MOST_DIRECTIVES]):
            if made.proposal is None:  # a yes can mean only one
                self._carry_out(directive, talk, asking, made)
            made.blocks += shown.blocks[places[number] : places[number + 1]]
        made.blocks = made.blocks[:MOST_BLOCKS]
        return made

    def _carry_out(self, directive: Mapping[str, Any], talk: Talk, asking: Asking, made: _Made) -> None:
        try:
            made.take(carried_out(directive, talk, asking))
        except ToolError as error:
            made.fail(error, asking)

    def _reply(self, made: _Made, shown: Rendered, asking: Asking, session: str, *, words: str = "") -> Reply:
        answer = made.answer
        if answer is None and not made.blocks:
            made.blocks.append(blocks.text(asking.book.say("declines.unclear")))
        inputs = _kept(shown.inputs)
        memory: dict[str, Any] = {"session": session, "inputs": inputs, "words": words if inputs else ""}
        if answer is not None:
            memory |= {"question": answer.question.to_memory(), **answer.memory, "asked": answer.outcome is Outcome.CLARIFY}
        outcome = Outcome.FAILED if made.failed else _outcome(answer, shown)
        return Reply(
            outcome,
            answer.intent if answer else OWN_WORDS,
            asking.language,
            tuple(made.blocks),
            three(tuple(answer.suggestions) if answer else (), asking.book),
            made.proposal,
            memory,
        )


def _outcome(answer: Answer | None, shown: Rendered) -> Outcome:
    if answer is not None:
        return answer.outcome
    if shown.asks:
        return Outcome.CLARIFY
    return Outcome.DECLINED if shown.gives_up or not shown.blocks else Outcome.ANSWERED


def _unavailable(error: WatsonError) -> AssistantUnavailableError:
    return AssistantUnavailableError(str(error), reason=error.reason.value)


def _session(memory: Mapping[str, Any]) -> str:
    session = memory.get("session", "")
    return session if isinstance(session, str) else ""


def _inputs(memory: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs = memory.get("inputs", {})
    return inputs if isinstance(inputs, dict) else {}


def _words(message: Message) -> str:
    """Return what the person wrote; if they chose what Watson took it for, what they wrote before."""
    said = _inputs(message.memory).get(message.text, {})
    return str(message.memory.get("words") or message.text) if "suggestion_id" in said else message.text


def _kept(inputs: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what choosing an option needs beside its text, if that is not too much."""
    special = {
        words: {name: value for name, value in said.items() if name in _INPUT}
        for words, said in inputs.items()
        if set(said) - {"text"} or said.get("text") not in (None, words)
    }
    return special if len(json.dumps(special)) <= _MOST_KEPT else {}


def _before(memory: Mapping[str, Any]) -> Question | None:
    return Question.from_memory(memory["question"]) if "question" in memory else None


def _context(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    context = answer.get("context", {})
    return context if isinstance(context, dict) else {}
