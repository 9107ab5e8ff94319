"""The settings of Watson, and the messages of `check` about them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from assistant.watson.client import WatsonClient
from assistant.watson.probe import watson_probe
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import Deadline
from chassis.process.declared_settings import declared
from chassis.runtime.probes import ProbeError
from chassis.runtime.settings import SettingsError, read_settings
from testing.servers.ports import free_ports

GIVEN = {
    "WATSON_URL": "https://api.eu-de.assistant.watson.cloud.ibm.com/instances/1",
    "WATSON_APIKEY": "key",
    "WATSON_ASSISTANT_ID": "a-1",
    "WATSON_ENVIRONMENT_ID": "e-1",
}
CLOUD_PAK = {
    **{name: value for name, value in GIVEN.items() if name != "WATSON_APIKEY"},
    "WATSON_CP4D_URL": "https://cpd.example.com/icp4d-api",
    "WATSON_CP4D_USERNAME": "outlay",
    "WATSON_CP4D_PASSWORD": "secret",
}


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(WatsonSettings, environ)
    return caught.value.problems


def sentence_of(environ: dict[str, str]) -> str:
    with pytest.raises(ProbeError) as caught:
        watson_probe(read_settings(WatsonSettings, environ)).try_it()
    return str(caught.value)


def test_watson_is_optional() -> None:
    assert not read_settings(WatsonSettings, {}).watson_is_set


@pytest.mark.parametrize("environ", [GIVEN, CLOUD_PAK])
def test_each_way_to_sign_in_is_sufficient(environ: dict[str, str]) -> None:
    assert read_settings(WatsonSettings, environ).watson_is_set


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"WATSON_APIKEY": ""}, "WATSON_APIKEY: is missing; set it, or WATSON_CP4D_URL"),
        ({"WATSON_ASSISTANT_ID": ""}, "WATSON_ASSISTANT_ID: is required with WATSON_URL"),
        ({"WATSON_ENVIRONMENT_ID": ""}, "WATSON_ENVIRONMENT_ID: is required with WATSON_URL"),
        ({"WATSON_URL": ""}, "WATSON_APIKEY: is set, but WATSON_URL is not"),
        (
            {"WATSON_CP4D_URL": "https://cpd.example.com"},
            "WATSON_APIKEY: is for IBM Cloud, WATSON_CP4D_URL for Cloud Pak for Data; set one of them",
        ),
        ({"WATSON_CP4D_USERNAME": "outlay"}, "WATSON_CP4D_USERNAME: is set, but WATSON_CP4D_URL is not"),
    ],
)
def test_conflicting_settings_are_reported(change: dict[str, str], problem: str) -> None:
    assert problem in problems_of({**GIVEN, **change})


def test_cloud_pak_needs_a_user_and_one_secret() -> None:
    assert problems_of({**CLOUD_PAK, "WATSON_CP4D_USERNAME": ""}) == ["WATSON_CP4D_USERNAME: is required with WATSON_CP4D_URL"]
    for both in ({"WATSON_CP4D_APIKEY": "key"}, {"WATSON_CP4D_PASSWORD": ""}):
        assert problems_of({**CLOUD_PAK, **both}) == ["WATSON_CP4D_APIKEY: set either it or WATSON_CP4D_PASSWORD"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WATSON_URL", "http://api.example.com"),
        ("WATSON_URL", "ftp://x"),
        ("WATSON_URL", "https://user:secret@example.com"),
        ("WATSON_URL", "https://example.com?x=1"),
        ("WATSON_ASSISTANT_ID", "a/../b"),
        ("WATSON_ENVIRONMENT_ID", "a b"),
        ("WATSON_VERSION", "today"),
        ("WATSON_EXTENSION", "maybe"),
        ("WATSON_APIKEY", "{apikey}"),
        ("WATSON_CA", "/nowhere.pem"),
    ],
)
def test_an_invalid_value_is_refused(name: str, value: str) -> None:
    problems = problems_of({**GIVEN, name: value})
    assert [problem.partition(":")[0] for problem in problems] == [name]
    if name == "WATSON_APIKEY":
        assert value not in problems[0]


def test_secrets_are_declared_as_such() -> None:
    secret = {entry["name"] for entry in declared([WatsonSettings]) if entry["secret"]}
    assert secret == {"WATSON_APIKEY", "WATSON_CP4D_APIKEY", "WATSON_CP4D_PASSWORD"}


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
