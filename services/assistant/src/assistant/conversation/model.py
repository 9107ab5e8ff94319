"""Messages, replies and proposals. Blocks have the fields that openapi.yaml describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from assistant.person import Person
from assistant.tools.toolbox import Toolbox

Block = Mapping[str, Any]
"""One of the variants of `Block` in openapi.yaml; made by `conversation.blocks`."""


class Outcome(Enum):
    """How a message was answered."""

    ANSWERED = "answered"
    PROPOSED = "proposed"
    DONE = "done"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    CLARIFY = "clarify"
    DECLINED = "declined"
    HELP = "help"
    FAILED = "failed"


class Choice(Enum):
    """A button below an answer."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to be made after the person confirms. Its id is the idempotency key, so it is made only once."""

    id: str
    action: str
    """`add_expense`, `set_budget`, `change_budget` or `recategorise`."""
    parameters: Mapping[str, Any]
    """The arguments of that action, see `Toolbox.carry_out`. JSON values only, since the client keeps them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An assistant's answer to a message."""

    outcome: Outcome
    intent: str
    """A documented name, such as `spending`."""
    language: str
    blocks: tuple[Block, ...]
    suggestions: tuple[str, ...] = ()
    proposal: Proposal | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    """JSON values that the assistant wants back with the next message."""
    choice: Choice | None = None
    """The meaning of words such as "yes", "nein" or "undo that"; the conversation acts on it, not the assistant."""


@dataclass(frozen=True, slots=True)
class Message:
    """A person's message in its conversation."""

    text: str
    person: Person
    memory: Mapping[str, Any]
    """What the assistant returned with its last reply; empty at the beginning."""
    pending: Proposal | None
    """The proposal that waits for confirmation."""
    can_undo: bool
    extension: str = field(default="", repr=False)
    """A token, valid for two minutes, with which Watson's extension may read this person's data; empty for none."""


class Assistant(Protocol):
    """Replies to messages: the built-in assistant or Watson Assistant."""

    name: str
    """`builtin` or `watson`."""

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        """Yield blocks as soon as they are known, and finally the complete reply.

        Raises:
            AssistantUnavailableError: if it cannot be reached or its answer is malformed.
        """
        ...


class AssistantUnavailableError(Exception):
    """The assistant did not answer, or its answer is malformed. The message says why, without secrets."""

    def __init__(self, message: str, *, reason: str = "unavailable") -> None:
        """`reason` is one of a few labels for metrics and logs, such as `timeout`."""
        super().__init__(message)
        self.reason = reason
