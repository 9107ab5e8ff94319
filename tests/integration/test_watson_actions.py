"""The files for Watson in use: the real SDK, our actions, and Outlay's tools behind them, also through the extension."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.app import AssistantService, build
from assistant.builtin import BuiltIn
from assistant.settings import AssistantSettings
from assistant.watson.adapter import Watson
from assistant.watson.client import WatsonClient
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import read_settings
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from support.asgi import call
from support.tools_in_memory import SESSION, USER, ToolsInMemory
from testing.servers.watson import WatsonServer, watson_server
from testing.servers.watson_actions import Actions, result_of, skill_of

FILES = Path(__file__).parents[2] / "deploy" / "watson"
ANN = Caller(USER, SESSION, "session", frozenset({"read", "write"}), "EUR", "Europe/Berlin", "en-GB")
TOKEN = "outlay_ext_a-token"


class Chat:
    """A talk of Ann's, through the service and Watson."""

    def __init__(self, service: AssistantService, memory_tools: ToolsInMemory) -> None:
        self.service, self.memory_tools, self.conversation = service, memory_tools, ""

    def say(self, text: str) -> dict[str, Any]:
        body = {"text": text, **({"conversation": self.conversation} if self.conversation else {})}
        headers = {"Authorization": "Bearer ann", "X-Outlay-Extension": TOKEN}
        answer = call(self.service.web, "POST", "assistant/messages", json=body, headers=headers).json()
        assert answer["adapter"] == "watson", answer
        self.conversation = answer["conversation"]
        return dict(answer)


@pytest.fixture
def server() -> Iterator[WatsonServer]:
    with watson_server() as running:
        yield running
        assert running.wrong == []


@pytest.fixture
def begin(server: WatsonServer) -> Iterator[Callable[[str], Chat]]:
    started: list[AssistantService] = []

    def go(file: str) -> Chat:
        memory_tools = ToolsInMemory()
        settings = read_settings(AssistantSettings, server.environ(WATSON_EXTENSION="true"))
        client = WatsonClient(settings)
        # This is about what is said, so nobody is in a hurry here, however busy the machine is.
        watson = Watson(client, new_id=uuid7, pseudonym=lambda _user: "ann", extension=True, seconds=60)
        service = build(
            settings,
            chosen=watson,
            timeout=60,
            verify=lambda _token: ANN.claims(),
            encryptor=Encryptor(b"k" * 32),
            metrics=Metrics(),
            clock=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC),
            builtin=BuiltIn(new_id=uuid7),
            tools_of=lambda _person, _token: memory_tools,
            validate_responses=True,
        )
        started.append(service)

        def callout(method: str, path: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
            assert headers == {"X-Outlay-Extension": TOKEN}, "the gateway knows the person by it"
            return result_of(call(service.web, method, path.removeprefix("/"), headers={"Authorization": "Bearer ann"}))

        server.say = Actions(skill_of(FILES / file), callout)
        return Chat(service, memory_tools)

    yield go
    for service in started:
        service.close()


@pytest.mark.parametrize(
    ("text", "intent", "outcome", "part"),
    [
        ("How much did I spend on groceries last month?", "spending", "answered", "65.50"),
        ("How much did I pay for rent in October?", "spending", "answered", "900.00"),
        ("What were my biggest expenses this year?", "entries", "answered", "Landlord"),
        ("Which categories cost me the most this year?", "ranking", "answered", "Rent"),
        ("Did I spend more on groceries this month than last month?", "comparison", "answered", "34.30"),
        ("How are my budgets doing?", "budgets", "answered", "Groceries"),
        ("Why am I over budget?", "why", "answered", "Rewe"),
        ("Find the entries for coffee", "entries", "answered", "Corner Cafe"),
        ("Add coffee 3.50 yesterday", "add_expense", "proposed", "3.50"),
        ("Set a budget of 200 for rent", "set_budget", "proposed", "200.00"),
        ("Change my groceries budget to 150", "set_budget", "proposed", "150.00"),
        ("What can you do?", "watson", "answered", "I answer questions"),
        ("Wie viel habe ich letzten Monat für Groceries ausgegeben?", "spending", "answered", "65,50"),
        ("How much should I spend on groceries this month?", "spending", "declined", "advice"),
        ("How much will I spend next year?", "spending", "declined", "future"),
        ("quid pro quo", "spending", "declined", "text"),
        ("Can I speak to somebody?", "spending", "declined", "text"),
    ],
)
def test_each_topic_is_answered_by_outlays_tools(
    begin: Callable[[str], Chat], text: str, intent: str, outcome: str, part: str
) -> None:
    answer = begin("outlay-actions.json").say(text)
    assert (answer["intent"], answer["outcome"]) == (intent, outcome)
    assert part in str(answer["blocks"])


def test_a_conversation_with_follow_up_and_change(begin: Callable[[str], Chat]) -> None:
    chat = begin("outlay-actions.json")
    assert "65.50" in str(chat.say("How much did I spend on groceries last month?")["blocks"])
    assert "31.20" in str(chat.say("And this month?")["blocks"])
    assert chat.say("Add coffee 3.50 yesterday")["choices"] == ["confirm", "cancel"]
    assert chat.memory_tools.done == []
    assert chat.say("yes")["outcome"] == "done"
    assert len(chat.memory_tools.done) == 1


def test_the_extension_asks_and_then_reads(begin: Callable[[str], Chat]) -> None:
    chat = begin("outlay-actions-with-extension.json")
    assert "For which days" in chat.say("How much did I spend?")["blocks"][0]["text"]
    assert chat.say("last month")["blocks"][0]["text"] == "All spending, October 2026: you spent €965.50."


def test_the_extension_says_when_outlay_did_not_understand(begin: Callable[[str], Chat]) -> None:
    chat = begin("outlay-actions-with-extension.json")
    chat.say("How much did I spend?")
    assert "did not answer that" in chat.say("the day the cows came home")["blocks"][0]["text"]


def test_with_the_extension_changes_are_still_proposed_by_outlay(begin: Callable[[str], Chat]) -> None:
    assert begin("outlay-actions-with-extension.json").say("Add coffee 3.50 yesterday")["outcome"] == "proposed"
