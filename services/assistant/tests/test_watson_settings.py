"""The settings of Watson."""

from __future__ import annotations

import pytest

from assistant.watson.settings import WatsonSettings
from chassis.process.declared_settings import declared
from chassis.runtime.settings import SettingsError, read_settings

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
