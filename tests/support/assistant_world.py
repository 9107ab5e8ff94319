"""The assistant service with tools that record their calls, and an assistant that understands a few words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from assistant.app import AssistantService, build
from assistant.person import Person
from assistant.settings import AssistantSettings
from assistant.tools.toolbox import Toolbox
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from support.asgi import call
from support.assistant_fakes import RecordingTools, Remote, ScriptedAssistant

MARIA = Caller(uuid7(), uuid7(), "session", frozenset({"read", "write"}), "EUR", "Europe/Berlin", "en-GB")
JOHN = Caller(uuid7(), uuid7(), "session", frozenset({"read", "write"}), "USD", "America/New_York", "en-US")
READER = Caller(MARIA.user_id, uuid7(), "token", frozenset({"read"}), "EUR", "Europe/Berlin", "en-GB")
WRITER = Caller(MARIA.user_id, uuid7(), "token", frozenset({"write"}), "EUR", "Europe/Berlin", "en-GB")


@dataclass
class World:
    """The service, and the people who use it."""

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
