"""The home process with Watson: questions go out and tools are called back, with the rights of the caller only."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.servers.watson import WatsonServer, watson_server
from testing.servers.watson_actions import Actions, result_of, skill_of

FILES = Path(__file__).parents[2] / "deploy" / "watson"
HOW_MUCH = "How much did I spend this month?"


class Called:
    """Calls Outlay from outside as Watson's extension does, and keeps what came of it."""

    def __init__(self) -> None:
        self.url, self.answers, self.headers = "", list[httpx.Response](), dict[str, str]()

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
        self.headers = dict(headers)
        self.answers.append(httpx.request(method, f"{self.url}/api/v1{path}", headers=self.headers, timeout=60))
        return result_of(self.answers[-1])


@pytest.fixture(scope="module")
def server() -> Iterator[WatsonServer]:
    with watson_server() as running:
        yield running
        assert running.wrong == []


@pytest.fixture(scope="module")
def home(server: WatsonServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutlayProcess]:
    with OutlayProcess(tmp_path_factory.mktemp("watson") / "data", **server.environ(WATSON_EXTENSION="true")) as process:
        yield process


@pytest.fixture
def called(server: WatsonServer, home: OutlayProcess) -> Called:
    called = Called()
    called.url = home.url
    server.say = Actions(skill_of(FILES / "outlay-actions-with-extension.json"), called)
    return called


def say(person: Person, text: str, conversation: str = "") -> dict[str, Any]:
    answer = person.post("assistant/messages", json={"text": text, **({"conversation": conversation} if conversation else {})})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_ui_is_told_that_messages_are_sent_to_watson(home: OutlayProcess) -> None:
    told = Person(home.url).read("assistant")
    assert (told["adapter"], told["external"]) == ("watson", True)


def test_watson_reads_by_its_extension_for_whoever_asked(home: OutlayProcess, called: Called) -> None:
    maria, john = Person(home.url), Person(home.url)
    maria.spend("12.30")
    john.spend("99.00")
    asked = say(maria, "How much did I spend?")
    answer = say(maria, "this month", asked["conversation"])
    assert answer["adapter"] == "watson"
    assert "12.30" in answer["blocks"][0]["text"]
    assert called.answers[-1].status_code == 200


def test_the_token_gives_access_to_tools_until_the_session_ends(home: OutlayProcess, called: Called) -> None:
    maria = Person(home.url)
    asked = say(maria, "How much did I spend?")
    say(maria, "this month", asked["conversation"])
    for path in ("expenses", "budgets", "users/me", "assistant", "alerts"):
        assert httpx.get(f"{home.url}/api/v1/{path}", headers=called.headers, timeout=60).status_code == 403
    assert (
        httpx.post(f"{home.url}/api/v1/assistant/messages", headers=called.headers, json={"text": "x"}, timeout=60).status_code
        == 403
    )
    maria.delete("session")
    after = httpx.get(f"{home.url}/api/v1/assistant/tools/spending", headers=called.headers, timeout=60)
    assert after.status_code == 401


def test_nothing_of_an_account_reaches_watson(server: WatsonServer, home: OutlayProcess, called: Called) -> None:
    maria = Person(home.url, name="Maria Secretname")
    maria.spend("12.30", payee="Frobnicators of Footown")
    server.requests.clear()
    say(maria, "How are my budgets doing?")
    sent = " ".join(request.everything for request in server.requests)
    for secret in (maria.email, maria.user["id"], "Secretname", "Frobnicators", "12.30"):
        assert secret not in sent


def test_a_change_is_made_after_a_yes(home: OutlayProcess, called: Called) -> None:
    maria = Person(home.url)
    proposed = say(maria, "Add coffee 3.50 today")
    assert maria.read("expenses")["items"] == []
    assert say(maria, "yes", proposed["conversation"])["outcome"] == "done"
    assert [each["amount"]["amount"] for each in maria.read("expenses")["items"]] == ["3.50"]


def test_without_watson_the_built_in_assistant_answers_and_says_so(
    server: WatsonServer, home: OutlayProcess, called: Called
) -> None:
    maria = Person(home.url)
    maria.spend("12.30")
    server.fail("create_session", 500, 500)
    answer = say(maria, HOW_MUCH)
    assert (answer["adapter"], answer["fallback"]) == ("builtin", True)
    assert "12.30" in str(answer["blocks"])
    assert httpx.get(f"{home.management}/readyz", timeout=60).status_code == 200


def test_check_tries_watson(server: WatsonServer, tmp_path: Path) -> None:
    given = {"OUTLAY_DATA": str(tmp_path / "data"), "OUTLAY_ENV": "development", **server.environ(WATSON_APIKEY="another-key")}
    command = [sys.executable, "-m", "outlay", "check"]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "WRONG  assistant: watson" in done.stdout
    assert "does not know the key" in done.stdout
    assert "another-key" not in done.stdout + done.stderr
