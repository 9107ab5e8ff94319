"""What is asked and answered. Blocks are as openapi.yaml describes them, by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from assistant.person import Person
from assistant.tools.toolbox import Toolbox

Block = Mapping[str, Any]
"""One of the schemas that `Block` of openapi.yaml names; `conversation.blocks` makes them."""


class Outcome(Enum):
    """What became of a message."""

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
    """What a person can choose below an answer."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is to be made after a yes. Its id is the key by which it is made once."""

    id: str
    action: str
    """`add_expense`, `set_budget`, `change_budget` or `recategorise`."""
    parameters: Mapping[str, Any]
    """What the tool of that name takes; JSON values only, since they come back sealed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an assistant makes of a message."""

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
    """What the words mean, if they answer a proposal ("yes", "nein", "undo that"); then the conversation itself acts on it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a person said, and what is known of the talk so far."""

    text: str
    person: Person
    memory: Mapping[str, Any]
    """What the assistant gave with its last reply; empty at the beginning."""
    pending: Proposal | None
    """What awaits a yes."""
    can_undo: bool
    extension: str = field(default="", repr=False)
    """A token, good for two minutes, by which Watson Assistant may read for this person through its extension; empty if none."""


class Assistant(Protocol):
    """Understands messages: the built-in one, or Watson Assistant."""

    name: str
    """`builtin` or `watson`."""

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        """Yield blocks as they become known, and at the end the whole reply.

        Raises:
            AssistantUnavailableError: if it cannot be reached or makes no sense; nothing was changed.
        """
        ...


class AssistantUnavailableError(Exception):
    """The assistant did not answer in time, or not in a way that makes sense. The message says why, without secrets."""

    def __init__(self, message: str, *, reason: str = "unavailable") -> None:
        """`reason` is a word for meters and logs, such as `timeout`; there are few of them."""
        super().__init__(message)
        self.reason = reason
