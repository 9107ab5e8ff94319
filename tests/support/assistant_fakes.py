"""Assistants that follow a script, and tools that record their calls."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import blocks
from assistant.conversation.model import AssistantUnavailableError, Block, Choice, Message, Outcome, Proposal, Reply
from assistant.tools.model import Change, ToolError
from assistant.tools.toolbox import Toolbox
from chassis.runtime.ids import uuid7


class RecordingTools(Toolbox):
    """Changes a list, once for each proposal."""

    def __init__(self) -> None:
        self.made: dict[str, Mapping[str, Any]] = {}
        self.undone: list[Mapping[str, Any]] = []
        self.fails: ToolError | None = None

    def carry_out(self, proposal_id: str, action: str, parameters: Mapping[str, Any]) -> Change:
        if self.fails:
            raise self.fails
        self.made.setdefault(proposal_id, parameters)
        return Change(action, "/expenses?id=1", {"expense": "1", "version": 1, "padding": parameters.get("padding", "")})

    def undo(self, change: Mapping[str, Any]) -> None:
        if self.fails:
            raise self.fails
        self.undone.append(change)


@dataclass
class ScriptedAssistant:
    """Stands in for the built-in assistant."""

    name: str = "builtin"
    heard: list[Message] = field(default_factory=list)

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        self.heard.append(message)
        match message.text:
            case "add coffee" | "add much":
                yield from self._proposed("3.50", secrets.token_hex(20_000) if message.text == "add much" else "")
            case "yes" | "no" | "undo that":
                choice = {"yes": Choice.CONFIRM, "no": Choice.CANCEL, "undo that": Choice.UNDO}[message.text]
                yield self._reply(Outcome.ANSWERED, (), choice=choice)
            case "a bug":
                raise ValueError(message.text)
            case "the API is unreachable":
                raise ToolError("Expenses cannot be reached at the moment.", lasting=False)
            case _:
                shown = (blocks.text("One moment."), blocks.text(f"You said it {len(message.text)} letters long."))
                yield from shown
                yield self._reply(Outcome.ANSWERED, shown, memory={"turns": message.memory.get("turns", 0) + 1})

    def _proposed(self, amount: str, padding: str) -> Iterator[Block | Reply]:
        proposal = Proposal(uuid7(), "add_expense", {"amount": amount, "padding": padding})
        card = blocks.card(proposal, "Add an expense", [blocks.field("amount", "Amount", "€3.50")])
        yield card
        yield self._reply(Outcome.PROPOSED, (card,), proposal=proposal)

    def _reply(self, outcome: Outcome, shown: tuple[Block, ...], **more: Any) -> Reply:
        return Reply(outcome, "test", "en", shown, ("What else?",), **more)


@dataclass
class Remote(ScriptedAssistant):
    """Stands in for Watson Assistant, and can be made to fail."""

    name: str = "watson"
    fails: Exception | None = None
    takes: float = 0.0

    def reply(self, message: Message, tools: Toolbox) -> Iterator[Block | Reply]:
        time.sleep(self.takes)
        if self.fails:
            raise self.fails
        yield from super().reply(message, tools)


AWAY = AssistantUnavailableError("nobody answers")
