"""The operations of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from assistant.conversation.model import Block, Choice
from assistant.conversation.rate_limit import RateLimit
from assistant.conversation.service import Answer, Conversation, UserInput
from assistant.conversation.streaming import HEADERS, events, wants_events
from assistant.person import Person
from assistant.tools.toolbox import Toolbox
from chassis.runtime import context
from chassis.runtime.tracing import Kind
from chassis.security.tokens import Caller
from chassis.web.request import Request, Response

EXTENSION = "X-Outlay-Extension"
"""The header in which the gateway passes the token for Watson's extension."""


class InvalidMessageError(Exception):
    """The message is invalid."""

    def __init__(self, *, at: str, message: str) -> None:
        """`at` is a JSON pointer."""
        super().__init__(f"{at.removeprefix('/')} {message}.")
        self.errors = [{"pointer": at, "message": message}]


class ConversationApi:
    """One method for each operation."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        tools_of: Callable[[Person, str], Toolbox],
        rate_limit: RateLimit,
        clock: Callable[[], datetime],
    ) -> None:
        """`tools_of` returns the tools of a person, given their service token."""
        self._conversation, self._tools_of, self._rate_limit, self._clock = conversation, tools_of, rate_limit, clock

    def get_assistant(self, request: Request) -> Response:
        adapter = self._conversation.adapter
        examples = list(self._conversation.examples(person_of(request.caller, self._clock)))
        return {"adapter": adapter, "external": adapter != "builtin", "examples": examples}, 200, {}

    def send_message(self, request: Request, body: dict[str, Any]) -> Response:
        """Answer a message, at once or block by block."""
        sent = _input(body, request)
        self._rate_limit.take(request.caller.user_id)
        items = self._answer(sent, request)
        if wants_events(request.headers.get("Accept", "")):
            return events(items, _view), 200, HEADERS
        answer = [item for item in items if isinstance(item, Answer)][-1]
        return _view(answer), 200, {}

    def _answer(self, sent: UserInput, request: Request) -> Iterator[Block | Answer]:
        person = person_of(request.caller, self._clock)
        with context.span("answer", Kind.INTERNAL, {"outlay.adapter": self._conversation.adapter}):
            yield from self._conversation.answer(sent, person, self._tools_of(person, token_of(request)))


def person_of(caller: Caller, clock: Callable[[], datetime]) -> Person:
    return Person(
        user_id=caller.user_id,
        session_id=caller.session_id,
        locale=caller.locale,
        currency=caller.home_currency,
        time_zone=caller.time_zone,
        today=clock().astimezone(ZoneInfo(caller.time_zone)).date(),
        may_write="write" in caller.scopes,
    )


def token_of(request: Request) -> str:
    return request.headers.get("Authorization", "").partition(" ")[2].strip()


def _input(body: Mapping[str, Any], request: Request) -> UserInput:
    text, choice = body.get("text", "").strip(), body.get("choice")
    if "text" in body and choice:
        raise InvalidMessageError(at="/choice", message="cannot be combined with a text")
    if not text and not choice:
        raise InvalidMessageError(at="/text", message="must not be blank")
    return UserInput(
        text=text,
        choice=Choice(choice) if choice else None,
        conversation=body.get("conversation", ""),
        extension=request.headers.get(EXTENSION, ""),
    )


def _view(answer: Answer) -> dict[str, Any]:
    return {
        "conversation": answer.conversation,
        "adapter": answer.adapter,
        "fallback": answer.fallback,
        "language": answer.language,
        "intent": answer.intent,
        "outcome": answer.outcome.value,
        "blocks": [dict(block) for block in answer.blocks],
        "suggestions": list(answer.suggestions),
        "choices": [choice.value for choice in answer.choices],
    }
