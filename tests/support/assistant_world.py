"""The assistant service with tools that record their calls, and an assistant that understands a few words."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from assistant.app import AssistantService, build
from assistant.conversation import blocks
from assistant.conversation.model import AssistantUnavailableError, Block, Choice, Message, Outcome, Proposal, Reply
from assistant.person import Person
from assistant.settings import AssistantSettings
from assistant.tools.model import Change, ToolError
from assistant.tools.toolbox import Toolbox
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from support.asgi import call

MARIA = Caller(uuid7(), uuid7(), "session", frozenset({"read", "write"}), "EUR", "Europe/Berlin", "en-GB")
JOHN = Caller(uuid7(), uuid7(), "session", frozenset({"read", "write"}), "USD", "America/New_York", "en-US")
READER = Caller(MARIA.user_id, uuid7(), "token", frozenset({"read"}), "EUR", "Europe/Berlin", "en-GB")
WRITER = Caller(MARIA.user_id, uuid7(), "token", frozenset({"write"}), "EUR", "Europe/Berlin", "en-GB")


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
            case "the API is away":
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


@dataclass
class World:
    """The service and whoever asks it."""

    service: AssistantService
    tools: RecordingTools
    builtin: ScriptedAssistant
    remote: Remote | None
    metrics: Metrics
    credentials: list[str]
    people: dict[str, Caller]
    machine_time: list[float]

    def send(
        self, *, caller: Caller = MARIA, accept: str = "application/json", headers: Mapping[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        self.people[caller.session_id] = caller
        given = {"Authorization": f"Bearer {caller.session_id}", "Accept": accept, **(headers or {})}
        return call(self.service.web, "POST", "assistant/messages", json=body, headers=given)

    def ask(self, text: str = "", **more: Any) -> dict[str, Any]:
        answer = self.send(**({"text": text} if text else {}), **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def get(self, path: str, *, caller: Caller = MARIA) -> httpx.Response:
        self.people[caller.session_id] = caller
        return call(self.service.web, "GET", path, headers={"Authorization": f"Bearer {caller.session_id}"})

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


def make_world(*, remote: Remote | None = None, per_minute: int = 10_000) -> World:
    people: dict[str, Caller] = {}
    tools, builtin, metrics, credentials, machine_time = (
        RecordingTools(),
        ScriptedAssistant(),
        Metrics(),
        list[str](),
        [1_000_000.0],
    )

    def verify(token: str) -> dict[str, Any]:
        if token not in people:
            raise UnauthorizedError
        return people[token].claims()

    def tools_of(_person: Person, token: str) -> Toolbox:
        credentials.append(token)
        return tools

    service = build(
        AssistantSettings(messages_per_minute=per_minute),
        verify=verify,
        encryptor=Encryptor(b"k" * 32),
        metrics=metrics,
        clock=lambda: datetime(2017, 9, 30, 23, 30, tzinfo=UTC),
        builtin=builtin,
        tools_of=tools_of,
        chosen=remote,
        now=lambda: machine_time[0],
        validate_responses=True,
    )
    return World(service, tools, builtin, remote, metrics, credentials, people, machine_time)


def events_of(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    """Return name and data of each event of a stream."""
    found = []
    for event in answer.text.strip().split("\n\n"):
        name, data = event.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def texts(answer: Mapping[str, Any]) -> list[str]:
    return [block["text"] for block in answer["blocks"] if block["type"] == "text"]


def card(answer: Mapping[str, Any]) -> dict[str, Any]:
    return next(block for block in answer["blocks"] if block["type"] == "card")


Make = Callable[..., World]
