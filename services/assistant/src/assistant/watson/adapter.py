"""The adapter of Watson Assistant to the port `Assistant`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.answering.answers import three_suggestions
from assistant.answering.context import Answer
from assistant.conversation import blocks
from assistant.conversation.model import AssistantUnavailableError, Block, Choice, Message, Outcome, Proposal, Reply
from assistant.toolapi.answerer import Answerer
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox
from assistant.understanding.choice import choice_in
from assistant.understanding.languages import language_of
from assistant.understanding.question import Intent, Question
from assistant.watson.client import WatsonClient, WatsonMessage
from assistant.watson.context import context_of, pseudonym
from assistant.watson.directives import DirectiveContext, carried_out
from assistant.watson.errors import Reason, WatsonError
from assistant.watson.rendering import MOST_BLOCKS, Rendered, rendered
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import Deadline
from chassis.runtime.ids import Ids
from chassis.security.encryption import Encryptor

log = logging.getLogger("outlay.assistant.watson")

SECONDS = 2.2
"""For Watson's part of a message; all of it must be answered within three seconds, and Outlay's tools need some of them."""
WATSON_INTENT = "watson"
"""The intent of an answer in which Outlay had no part."""
_MOST_DIRECTIVES = 3
_MOST_KEPT = 4_000
"""Characters of JSON that a conversation may keep for the options that Watson offered."""
_CHOICES = {Intent.CONFIRM: Choice.CONFIRM, Intent.CANCEL: Choice.CANCEL, Intent.UNDO: Choice.UNDO}
_INPUT = frozenset({"text", "intents", "entities", "suggestion_id"})


@dataclass(slots=True)
class _Draft:
    """The reply while it is put together."""

    blocks: list[Block] = field(default_factory=list)
    answer: Answer | None = None
    """The answer to the last directive."""
    proposal: Proposal | None = None
    failed: bool = False

    def add(self, answer: Answer) -> None:
        self.answer, self.proposal = answer, answer.proposal
        self.blocks += answer.blocks

    def add_failure(self, error: ToolError, answerer: Answerer) -> None:
        """Add why the API refused."""
        self.failed = True
        self.blocks.append(blocks.text(answerer.book.say("declines.failed", reason=str(error))))


class Watson:
    """Replies to messages with Watson Assistant. Thread-safe."""

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
        """`pseudonym` replaces a user's id for Watson; `extension` is whether Watson gets a token to read the user's data."""
        self._client, self._new_id, self._pseudonym = client, new_id, pseudonym
        self._extension, self._seconds = extension, seconds

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        """Yield the blocks of an answer, then the reply. See `Assistant.reply`."""
        answerer = Answerer(message.person, tools, new_id=self._new_id, memory=message.memory)
        answerer.use_language_of(message.text)
        reply = self._choice(message, answerer) or self._completed(message, answerer) or self._answer(message, answerer)
        yield from reply.blocks
        yield reply

    def end(self, memory: Mapping[str, Any], user_id: str) -> None:
        """End the session of a finished conversation; if that fails, it expires by itself."""
        session = _session(memory)
        if session:
            try:
                with Deadline(self._seconds):
                    self._client.end(session, self._pseudonym(user_id))
            except WatsonError as error:
                log.info("a session was left to expire by itself", extra={"reason": error.reason.value})

    def forget(self, user_id: str) -> None:
        """Ask Watson to delete a user's data; raises AssistantUnavailableError."""
        try:
            with Deadline(self._seconds):
                self._client.forget(self._pseudonym(user_id))
        except WatsonError as error:
            raise _unavailable(error) from error

    def _choice(self, message: Message, answerer: Answerer) -> Reply | None:
        """Return the choice that a plain yes, no or undo makes. Watson has no say: only the person can agree to a change."""
        if not (message.pending or message.can_undo) or message.text in _inputs(message.memory):
            return None
        choice = choice_in(answerer.read(message.text), is_pending=message.pending is not None)
        if choice is None or (choice is not Intent.UNDO and message.pending is None):
            return None
        return Reply(Outcome.ANSWERED, choice.value, answerer.language, (), memory=message.memory, choice=_CHOICES[choice])

    def _completed(self, message: Message, answerer: Answerer) -> Reply | None:
        """Return the answer if the message answers a question that Outlay, not Watson, asked back."""
        before = _before(message.memory)
        if before is None or not message.memory.get("asked"):
            return None
        draft = _Draft()
        try:
            if not answerer.completes(message.text, before):
                return None
            draft.add(answerer.understand(message.text, before, is_asked=True))
        except ToolError as error:
            draft.add_failure(error, answerer)
        return self._reply(draft, Rendered(), answerer, _session(message.memory))

    def _answer(self, message: Message, answerer: Answerer) -> Reply:
        try:
            with Deadline(self._seconds):
                session, answer = self._ask(message)
                shown = rendered(answer)
            draft = self._composed(shown, message, answer, answerer)
        except WatsonError as error:
            raise _unavailable(error) from error
        if shown.ends:
            self.end({"session": session}, message.person.user_id)
            session = ""
        return self._reply(draft, shown, answerer, session, words=_words(message))

    def _ask(self, message: Message) -> tuple[str, Mapping[str, Any]]:
        """Send a message in the conversation's session, or in a new one if that has expired."""
        user = self._pseudonym(message.person.user_id)
        context = context_of(message.person, message.extension if self._extension else "")
        said = _inputs(message.memory).get(message.text, {})
        session = _session(message.memory)
        if session:
            try:
                return session, self._client.say(session, WatsonMessage(message.text, user, context, said))
            except WatsonError as error:
                if error.reason is not Reason.NOT_FOUND:
                    raise
        session, _headers = self._client.begin(user)
        return session, self._client.say(session, WatsonMessage(message.text, user, context))

    def _composed(self, shown: Rendered, message: Message, answer: Mapping[str, Any], answerer: Answerer) -> _Draft:
        """Put Outlay's answers where Watson's directives stand."""
        draft, directive_context = _Draft(), DirectiveContext(_words(message), _before(message.memory), _context(answer))
        places = [*shown.places[:_MOST_DIRECTIVES], len(shown.blocks)]
        draft.blocks += shown.blocks[: places[0]]
        for number, directive in enumerate(shown.directives[:_MOST_DIRECTIVES]):
            if draft.proposal is None:  # a yes must be unambiguous
                self._carry_out(directive, directive_context, answerer, draft)
            draft.blocks += shown.blocks[places[number] : places[number + 1]]
        draft.blocks = draft.blocks[:MOST_BLOCKS]
        return draft

    def _carry_out(
        self, directive: Mapping[str, Any], directive_context: DirectiveContext, answerer: Answerer, draft: _Draft
    ) -> None:
        try:
            draft.add(carried_out(directive, directive_context, answerer))
        except ToolError as error:
            draft.add_failure(error, answerer)

    def _reply(self, draft: _Draft, shown: Rendered, answerer: Answerer, session: str, *, words: str = "") -> Reply:
        answer = draft.answer
        if answer is None and not draft.blocks:
            draft.blocks.append(blocks.text(answerer.book.say("declines.unclear")))
        inputs = _kept(shown.inputs)
        memory: dict[str, Any] = {"session": session, "inputs": inputs, "words": words if inputs else ""}
        if answer is not None:
            memory |= {"question": answer.question.to_memory(), **answer.memory, "asked": answer.outcome is Outcome.CLARIFY}
        outcome = Outcome.FAILED if draft.failed else _outcome(answer, shown)
        return Reply(
            outcome,
            answer.intent if answer else WATSON_INTENT,
            answerer.language,
            tuple(draft.blocks),
            three_suggestions(tuple(answer.suggestions) if answer else (), answerer.book),
            draft.proposal,
            memory,
        )


def watson_of(settings: WatsonSettings, encryptor: Encryptor, ids: Ids) -> Watson:
    """Return the adapter; nothing is connected yet. The encryptor's key makes the pseudonyms of users."""
    language_of("", ())  # loads the words of all languages now, since the first message must be answered within three seconds
    return Watson(
        WatsonClient(settings),
        new_id=ids,
        pseudonym=lambda user_id: pseudonym(encryptor, user_id),
        extension=settings.watson_extension,
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
    """Return what the person wrote; if they picked one of Watson's suggestions, what they wrote before that."""
    said = _inputs(message.memory).get(message.text, {})
    return str(message.memory.get("words") or message.text) if "suggestion_id" in said else message.text


def _kept(inputs: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what must be sent to Watson with an option besides its text, unless it is too long."""
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
