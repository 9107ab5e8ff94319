"""Watson Assistant behind the home process, on a server with its API: it is asked first, and replaced when it is unreachable."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.servers.watson import WatsonServer, watson_server
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

HOW_MUCH = "How much did I spend this month?"


@pytest.fixture(scope="module")
def watson() -> Iterator[WatsonServer]:
    with watson_server() as server:
        yield server


@pytest.fixture(scope="module")
def outlay(watson: WatsonServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutlayProcess]:
    folder = tmp_path_factory.mktemp("outlay") / "data"
    with OutlayProcess(folder, **watson.environ(WATSON_EXTENSION="true"), ASSISTANT_MESSAGES_PER_MINUTE="1000") as process:
        yield process


def asked(person: Person, text: str, **more: Any) -> dict[str, Any]:
    answer = person.post("assistant/messages", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def answered(person: Person, text: str = "hello") -> dict[str, Any]:
    """Return Watson's answer: a busy machine may take more than three seconds, after which Watson is not asked for half a minute."""
    return eventually(lambda: None if (answer := asked(person, text))["fallback"] else answer, seconds=200)


def extension_in(server: WatsonServer) -> str:
    """Return the credential that Watson got with the last message."""
    return server.of("message")[-1].everything.partition("outlay_ext_")[2].partition('"')[0].partition("\\")[0]


def test_watson_is_asked_and_answers(outlay, watson) -> None:
    person = Person(outlay.url, locale="en-GB")
    assert person.read("assistant")["external"]
    answer = answered(person)
    assert answer["adapter"] == "watson"
    assert answer["blocks"][0] == {"type": "text", "text": "Hello."}
    assert watson.wrong == []


def test_watson_is_sent_nothing_that_identifies_the_person(outlay, watson) -> None:
    person = Person(outlay.url, name="Marianne")
    answered(person)
    everything = watson.of("message")[-1].everything
    for secret in ("Marianne", person.email, person.user["id"], person.cookies["session"]):
        assert secret not in everything


def test_watsons_credential_only_reads_and_ends_with_the_session(outlay, watson) -> None:
    person = Person(outlay.url, locale="en-GB")
    person.spend("12.30")
    answered(person)
    with httpx.Client(base_url=f"{outlay.url}/api/v1/", timeout=60) as calling:
        calling.headers["Authorization"] = f"Bearer outlay_ext_{extension_in(watson)}"
        spent = calling.get("assistant/tools/spending", params={"period": "this month"})
        assert spent.status_code == 200, spent.text
        assert "12.30" in json.dumps(spent.json())
        for path in ("expenses", "users/me", "assistant", "events", "users/me/tokens"):
            assert calling.get(path).status_code == 403, path
        assert calling.post("assistant/messages", json={"text": "coffee 3.50"}).status_code == 403
        assert person.delete("session").status_code == 204
        assert calling.get("assistant/tools/spending", params={"period": "this month"}).status_code == 401


def test_a_slow_watson_is_replaced_within_three_seconds(outlay, watson) -> None:
    person = Person(outlay.url, locale="en-GB")
    person.spend("12.30")
    watson.seconds = 20.0
    started = time.monotonic()
    answer = asked(person, HOW_MUCH)
    assert time.monotonic() - started < 10, "three seconds, on a machine that is not busy"
    assert (answer["adapter"], answer["fallback"], answer["outcome"]) == ("builtin", True, "answered")
    assert "built-in" in answer["blocks"][0]["text"]
    watson.seconds = 0.0
    requests = len(watson.requests)
    assert asked(person, HOW_MUCH)["fallback"]
    assert len(watson.requests) == requests, "it is left alone for half a minute"
    assert httpx.get(f"{outlay.management}/readyz", timeout=60).json()["checks"]["watson"] == "failing"
    assert httpx.get(f"{outlay.url}/readyz", timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "ok     assistant: watson"),
        ({"WATSON_APIKEY": "wrong"}, "WATSON_APIKEY: "),
        ({"WATSON_ASSISTANT_ID": "another"}, "WATSON_ASSISTANT_ID, WATSON_ENVIRONMENT_ID: "),
        ({"WATSON_APIKEY": ""}, "WATSON_APIKEY: is missing"),
        ({"WATSON_URL": "http://watson.example"}, "WATSON_URL: must be an https address"),
    ],
)
def test_check_explains_what_is_wrong_with_watson(tmp_path, watson, environ, sentence) -> None:
    given = {"OUTLAY_DATA": str(tmp_path), "PATH": "/usr/bin:/bin", **watson.environ(**environ)}
    done = subprocess.run([sys.executable, "-m", "outlay", "check"], env=given, check=False, capture_output=True, text=True)
    assert sentence in done.stdout, done.stdout + done.stderr
    assert watson.apikey not in done.stdout
