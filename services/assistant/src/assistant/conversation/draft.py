"""The answer to one message while it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.conversation.changes import ChoiceResult
from assistant.conversation.model import Block, Choice, Outcome, Proposal, Reply
from assistant.conversation.state import Pending, State
from assistant.person import Person
from assistant.phrasing.book import Phrasebook, phrasebook_in

NO_INTENT = "none"


@dataclass(slots=True)
class AnswerDraft:
    """What is known of the answer so far, and the conversation's new state."""

    person: Person
    adapter: str
    state: State = field(default_factory=State)
    fallback: bool = False
    language: str = ""
    intent: str = NO_INTENT
    outcome: Outcome = Outcome.FAILED
    suggestions: tuple[str, ...] = ()
    shown: list[Block] = field(default_factory=list)

    def begin(self, state: State) -> None:
        """Continue a conversation in its language, or start one in the account's language."""
        self.state = state
        self.language = state.language or self.person.locale.partition("-")[0]

    def add_reply(self, reply: Reply, adapter: str) -> None:
        """Add an assistant's reply. It replaces any pending proposal: a yes always means the latest one."""
        self.adapter, self.language, self.intent = adapter, reply.language, reply.intent
        self.outcome, self.suggestions = reply.outcome, reply.suggestions
        pending = self.state.pending if reply.choice else _pending(reply)
        memory: Mapping[str, Mapping[str, object]] = {**self.state.memory, adapter: dict(reply.memory)}
        self.state = replace(self.state, language=reply.language, pending=pending, memory=memory)

    def add_choice_result(self, result: ChoiceResult) -> None:
        self.outcome, self.state = result.outcome, result.state
        self.intent = result.intent or self.intent

    @property
    def phrasebook(self) -> Phrasebook:
        """The sentences of the answer's language."""
        return phrasebook_in(self.language)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The buttons below the answer."""
        if self.state.pending and self.outcome in (Outcome.PROPOSED, Outcome.FAILED):
            return (Choice.CONFIRM, Choice.CANCEL)
        if self.state.undoable and self.outcome in (Outcome.DONE, Outcome.FAILED):
            return (Choice.UNDO,)
        return ()


def _pending(reply: Reply) -> Pending | None:
    proposal = reply.proposal
    return Pending(proposal, _card_of(proposal, reply.blocks)) if proposal else None


def _card_of(proposal: Proposal, shown: tuple[Block, ...]) -> Block:
    """Return the card of a proposal, which every assistant must show."""
    return next(block for block in shown if block["type"] == "card" and block["id"] == proposal.id)
