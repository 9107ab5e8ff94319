"""The assistant in the home process: it uses the public API with the rights of its caller."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from testing.clients.client import Person

HOW_MUCH = "How much did I spend this month?"
ADD = "coffee 3.50 today"


class Chat:
    """A person's conversation with the assistant."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.conversation = ""

    def say(self, text: str = "", **body: Any) -> dict[str, Any]:
        body = {**body, **({"text": text} if text else {}), **({"conversation": self.conversation} if self.conversation else {})}
        answer = self.person.post("assistant/messages", json=body)
        assert answer.status_code == 200, answer.text
        self.conversation = answer.json()["conversation"]
        return dict(answer.json())


def with_token(outlay: Any, person: Person, *scopes: str) -> Person:
    """Return a client with an access token of a person and no cookie."""
    token = person.access_token(name="script", scopes=list(scopes))["token"]
    script = Person.__new__(Person)
    httpx.Client.__init__(script, base_url=f"{outlay.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    return script


def words(answer: dict[str, Any]) -> str:
    return " ".join(block.get("text", "") for block in answer["blocks"])


@pytest.fixture
def maria(outlay) -> Person:
    return Person(outlay.url, locale="en-GB")


def test_a_question_is_answered_from_the_persons_own_data(outlay, maria) -> None:
    maria.spend("12.30")
    Person(outlay.url).spend("99.00")
    answer = Chat(maria).say(HOW_MUCH)
    assert (answer["outcome"], answer["adapter"]) == ("answered", "builtin")
    assert "12.30" in words(answer)
    (figure,) = next(block["figures"] for block in answer["blocks"] if block["type"] == "figures")
    assert figure["amount"] == {"amount": "12.30", "currency": "EUR"}


def test_an_expense_is_added_once_and_undone(maria) -> None:
    chat = Chat(maria)
    assert chat.say(ADD)["outcome"] == "proposed"
    assert maria.read("expenses")["items"] == []
    proposed = chat.conversation
    assert chat.say(choice="confirm")["outcome"] == "done"
    again = Chat(maria)
    again.conversation = proposed
    assert again.say(choice="confirm")["outcome"] == "done"
    (expense,) = maria.read("expenses")["items"]
    assert expense["amount"] == {"amount": "3.50", "currency": "EUR"}
    assert chat.say("undo that")["outcome"] == "undone"
    assert maria.read("expenses")["items"] == []


def test_two_simultaneous_confirmations_make_one_expense(maria) -> None:
    chat = Chat(maria)
    chat.say(ADD)
    body = {"choice": "confirm", "conversation": chat.conversation}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: maria.post("assistant/messages", json=body), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(maria.read("expenses")["items"]) == 1


def test_somebody_elses_conversation_changes_nothing(outlay, maria) -> None:
    chat, stranger = Chat(maria), Person(outlay.url)
    chat.say(ADD)
    answer = stranger.post("assistant/messages", json={"choice": "confirm", "conversation": chat.conversation}).json()
    assert answer["outcome"] == "failed"
    assert stranger.read("expenses")["items"] == maria.read("expenses")["items"] == []


def test_an_answer_comes_in_pieces_through_the_gateway(maria) -> None:
    maria.spend("12.30")
    with maria.stream("POST", "assistant/messages", json={"text": HOW_MUCH}, headers={"Accept": "text/event-stream"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [line for line in answer.iter_lines() if line]
    names = [line.removeprefix("event: ") for line in events if line.startswith("event: ")]
    assert names == [*["block"] * (len(names) - 1), "answer"]
    assert json.loads(events[-1].removeprefix("data: "))["outcome"] == "answered"


def test_a_read_token_may_ask_and_a_write_only_one_may_not(outlay, maria) -> None:
    maria.spend("12.30")
    reader = with_token(outlay, maria, "read")
    assert "12.30" in words(Chat(reader).say(HOW_MUCH))
    chat = Chat(reader)
    assert chat.say(ADD)["choices"] == []
    assert chat.say(choice="confirm")["outcome"] == "failed"
    assert len(maria.read("expenses")["items"]) == 1
    writer = with_token(outlay, maria, "write")
    assert writer.post("assistant/messages", json={"text": HOW_MUCH}).status_code == 403
    both = Chat(with_token(outlay, maria, "read", "write"))
    both.say(ADD)
    assert both.say("yes")["outcome"] == "done"
    for script in (reader, writer, both.person):
        script.close()


def test_nothing_is_answered_after_signing_out(maria) -> None:
    chat = Chat(maria)
    chat.say(ADD)
    cookie = dict(maria.cookies)
    assert maria.delete("session").status_code == 204
    maria.cookies.update(cookie)
    answer = maria.post("assistant/messages", json={"choice": "confirm", "conversation": chat.conversation})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 400),
        ({"text": " "}, 422),
        ({}, 422),
        ({"text": "x" * 10_000}, 400),
        ({"text": "a\u0000b"}, 400),
        ({"text": "\ud83d\ude42" * 500}, 200),
        ({"text": "'; DROP TABLE expense; --"}, 200),
        ({"text": "<img src=x onerror=alert(1)>"}, 200),
        ({"text": "\u0935\u094d\u092f\u092f \u0915\u093f\u0924\u0928\u093e"}, 200),
        ({"text": "x\n" * 1_000}, 200),
        ({"text": "9" * 2_000}, 200),
        ({"text": "{0.__class__} %s ${7*7}"}, 200),
        ({"text": HOW_MUCH, "conversation": "v2.nothing.x"}, 200),
    ],
)
def test_whatever_is_sent_is_answered_or_refused_clearly(maria, body, status) -> None:
    answer = maria.post("assistant/messages", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


def test_messages_are_not_logged(outlay, maria) -> None:
    chat = Chat(maria)
    chat.say("how much for the zanzibarquux trip?")
    chat.say("zanzibarquux 3.50 today")
    chat.say("yes")
    assert "zanzibarquux" not in outlay.log.read_text("utf-8")


def test_a_flood_by_one_person_limits_nobody_else(outlay, maria) -> None:
    statuses = [maria.post("assistant/messages", json={"text": "hello"}).status_code for _ in range(31)]
    assert statuses == [*[200] * 30, 429]
    assert Person(outlay.url).post("assistant/messages", json={"text": "hello"}).status_code == 200


def test_fifty_simultaneous_messages_are_all_answered(outlay) -> None:
    """Each makes several calls to the API of the same process, which must not need a thread that is waiting."""
    people = [Person(outlay.url) for _ in range(5)]
    for person in people:
        person.spend("12.30")
    started = time.monotonic()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: people[n % 5].post("assistant/messages", json={"text": HOW_MUCH}), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["outcome"] for answer in answers} == {"answered"}
    assert time.monotonic() - started < 60


def test_the_assistant_says_which_adapter_answers(maria) -> None:
    told = maria.read("assistant")
    assert (told["adapter"], told["external"]) == ("builtin", False)
    assert Chat(maria).say(told["examples"][0])["outcome"] in ("answered", "clarify", "declined")


def test_answers_are_counted_for_operators(outlay, maria) -> None:
    Chat(maria).say(HOW_MUCH)
    page = httpx.get(f"{outlay.management}/metrics", timeout=60).text
    assert 'outlay_assistant_answers_total{adapter="builtin",intent="spending",outcome="answered"}' in page
    assert 'outlay_assistant_answer_seconds_count{adapter="builtin"}' in page
