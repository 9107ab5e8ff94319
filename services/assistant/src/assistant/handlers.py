"""One method for each operation of openapi.yaml."""

from __future__ import annotations

from assistant.conversation.api import Conversations


class Handlers(Conversations):
    """Conversations, and whatever else the assistant's API has."""
