"""Conversations of tests with an assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.conversation.model import Assistant, Message, Proposal, Reply
from assistant.tools.toolbox import Toolbox
from support.tools_in_memory import ANN, ToolsInMemory


class Chat:
    """Sends messages one after the other, each with the memory of the last reply."""

    def __init__(self, assistant: Assistant, tools: Toolbox | None = None, **person: Any) -> None:
        self.assistant, self.tools = assistant, tools or ToolsInMemory()
        self.person = replace(ANN, **person)
        self.memory: Mapping[str, Any] = {}
        self.pending: Proposal | None = None
        self.can_undo = False

    def say(self, text: str, *, extension: str = "") -> Reply:
        message = Message(
            text=text, person=self.person, memory=self.memory, pending=self.pending, can_undo=self.can_undo, extension=extension
        )
        *_blocks, reply = self.assistant.reply(message, self.tools)
        assert isinstance(reply, Reply)
        self.memory = reply.memory
        self.pending = reply.proposal
        return reply


def texts_of(reply: Reply) -> str:
    """Return the texts of a reply."""
    return " ".join(block["text"] for block in reply.blocks if block["type"] in ("text", "agent"))


def kinds_of(reply: Reply) -> list[str]:
    """Return the types of its blocks."""
    return [block["type"] for block in reply.blocks]
