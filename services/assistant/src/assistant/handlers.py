"""One method for each operation of openapi.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assistant.conversation.allowance import Allowance
from assistant.conversation.api import Conversations
from assistant.conversation.service import Conversation
from assistant.person import Person
from assistant.toolapi.api import ToolOperations
from assistant.tools.toolbox import Toolbox


class Handlers(Conversations, ToolOperations):
    """Conversations, and the tools by themselves."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        tools_of: Callable[[Person, str], Toolbox],
        allowance: Allowance,
        clock: Callable[[], datetime],
    ) -> None:
        """`tools_of` makes the tools of a person out of the token that they sent."""
        Conversations.__init__(self, conversation, tools_of=tools_of, allowance=allowance, clock=clock)
        ToolOperations.__init__(self, tools_of=tools_of, allowance=allowance, clock=clock)
