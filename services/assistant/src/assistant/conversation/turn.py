"""One message and what became of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.conversation.changes import Acted
from assistant.conversation.model import Block, Choice, Outcome, Proposal, Reply
from assistant.conversation.state import Pending, State
from assistant.person import Person

NO_INTENT = "none"


@dataclass(slots=True)
class Turn:
    """Filled while the answer is found."""

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
        """Go on with a talk, in its language or in that of the account."""
        self.state = state
        self.language = state.language or self.person.locale.partition("-")[0]

    def take(self, reply: Reply, adapter: str) -> None:
        """Take what was understood. What awaited a yes waits no more: only the last proposal can be meant by one."""
        self.adapter, self.language, self.intent = adapter, reply.language, reply.intent
        self.outcome, self.suggestions = reply.outcome, reply.suggestions
        pending = self.state.pending if reply.choice else _pending(reply)
        memory: Mapping[str, Mapping[str, object]] = {**self.state.memory, adapter: dict(reply.memory)}
        self.state = replace(self.state, language=reply.language, pending=pending, memory=memory)

    def acted(self, acted: Acted) -> None:
        """Take what became of a choice."""
        self.outcome, self.state = acted.outcome, acted.state
        self.intent = acted.intent or self.intent

    def fail(self) -> None:
        """Take it that it did not work."""
        self.outcome = Outcome.FAILED

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen below the answer."""
        if self.state.pending and self.outcome in (Outcome.PROPOSED, Outcome.FAILED):
            return (Choice.CONFIRM, Choice.CANCEL)
        if self.state.made and self.state.made.undo and self.outcome in (Outcome.DONE, Outcome.FAILED):
            return (Choice.UNDO,)
        return ()


def _pending(reply: Reply) -> Pending | None:
    proposal = reply.proposal
    return Pending(proposal, _card_of(proposal, reply.blocks)) if proposal else None


def _card_of(proposal: Proposal, shown: tuple[Block, ...]) -> Block:
    """Return the card of a proposal; an assistant that shows none breaks its contract."""
    return next(block for block in shown if block["type"] == "card" and block["id"] == proposal.id)
