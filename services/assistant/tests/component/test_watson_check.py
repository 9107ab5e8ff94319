"""What `check` finds out about Watson, from a server on this machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from assistant.watson.client import WatsonClient
from assistant.watson.probe import watson_probe
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import Deadline
from chassis.runtime.probes import ProbeError
from chassis.runtime.settings import read_settings
from testing.servers.ports import free_ports


def sentence_of(environ: dict[str, str]) -> str:
    with pytest.raises(ProbeError) as caught:
        watson_probe(read_settings(WatsonSettings, environ)).try_it()
    return str(caught.value)


def test_check_passes_and_leaves_no_session(server) -> None:
    sentence = watson_probe(read_settings(WatsonSettings, server.environ())).try_it()
    assert sentence.endswith("begins and ends a session of the assistant 0f0b2a44-5a0e-4f7a-9d6b-2b1f0c9be3aa")
    assert server.sessions == {}
    assert server.of("message") == []


def test_check_explains_what_is_wrong(server) -> None:
    (port,) = free_ports(1)
    assert "does not know the key" in sentence_of(server.environ(WATSON_APIKEY="another"))
    assert "refuses the user" in sentence_of(server.environ_of_cloud_pak(WATSON_CP4D_PASSWORD="wrong"))
    assert sentence_of(server.environ(WATSON_URL=f"http://127.0.0.1:{port}")).startswith("WATSON_URL: http://127.0.0.1")
    assert sentence_of(server.environ(WATSON_IAM_URL=f"http://127.0.0.1:{port}")).startswith("WATSON_IAM_URL: http://127.0.0.1")
    assert "has no environment" in sentence_of(server.environ(WATSON_ASSISTANT_ID="another"))
    assert "has no environment" in sentence_of(server.environ(WATSON_ENVIRONMENT_ID="another"))


@pytest.mark.parametrize(
    ("status", "part"), [(403, "refuses the token"), (429, "too many requests"), (500, "answers 500"), (400, "answers 400")]
)
def test_check_distinguishes_statuses(server, status: int, part: str) -> None:
    server.fail("create_session", status, status)
    assert part in sentence_of(server.environ())


def test_check_recognises_another_server(server) -> None:
    server.fail("create_session", 200, 200)
    assert "is not the Assistant v2 API" in sentence_of(server.environ())


def test_check_reports_a_wrong_clock(server) -> None:
    def in_an_hour() -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)

    with pytest.raises(ProbeError, match="60 minutes ahead of"):
        watson_probe(read_settings(WatsonSettings, server.environ()), in_an_hour).try_it()


def test_no_sentence_contains_a_secret(server) -> None:
    for environ in (server.environ(WATSON_APIKEY="quite-secret"), server.environ_of_cloud_pak(WATSON_CP4D_PASSWORD="quite-secret")):
        assert "quite-secret" not in sentence_of(environ)


def test_variables_of_the_sdk_are_ignored(server, monkeypatch) -> None:
    for name, value in {
        "ASSISTANT_URL": "https://evil.example.com",
        "ASSISTANT_DISABLE_SSL": "true",
        "CONVERSATION_URL": "https://x.example",
    }.items():
        monkeypatch.setitem(os.environ, name, value)
    client = WatsonClient(read_settings(WatsonSettings, server.environ()))
    with Deadline(5):
        client.begin("somebody")
    assert len(server.sessions) == 1
