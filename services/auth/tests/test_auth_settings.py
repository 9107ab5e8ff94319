"""The settings of auth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auth.settings import AuthSettings
from chassis.runtime.settings import SettingsError, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from auth.store.cloudant.address import CloudantAddress


def test_only_the_store_is_required():
    settings = read_settings(AuthSettings, {"AUTH_STORE": "sqlite:////var/lib/outlay/auth.db"})
    assert (settings.cookie_secure, settings.rate_limit_factor) == (True, 1)


def test_all_other_settings_are_read():
    environ = {"AUTH_STORE": "sqlite:///auth.db", "AUTH_COOKIE_SECURE": "false", "AUTH_RATE_LIMIT_FACTOR": "1000"}
    settings = read_settings(AuthSettings, environ)
    assert (settings.store, settings.cookie_secure, settings.rate_limit_factor) == ("sqlite:///auth.db", False, 1000)


def test_all_problems_are_reported_at_once():
    environ = {"AUTH_STORE": "postgres://x", "AUTH_COOKIE_SECURE": "maybe", "AUTH_RATE_LIMIT_FACTOR": "0"}
    with pytest.raises(SettingsError) as error:
        read_settings(AuthSettings, environ)
    assert [problem.partition(":")[0] for problem in error.value.problems] == [
        "AUTH_STORE",
        "AUTH_COOKIE_SECURE",
        "AUTH_RATE_LIMIT_FACTOR",
    ]


def cloudant(store: str, **more: str) -> CloudantAddress:
    address = read_settings(AuthSettings, {"AUTH_STORE": store, **more}).cloudant
    assert address is not None
    return address


def test_a_database_is_read_from_one_address():
    address = cloudant("cloudants://maria:p%40ss@db.example:6984/outlay?auth=session&seconds=2.5")
    assert (address.url, address.database) == ("https://db.example:6984", "outlay")
    assert (address.auth, address.user, address.password, address.seconds) == ("session", "maria", "p@ss", 2.5)


@pytest.mark.parametrize(
    ("store", "url", "way_in"),
    [
        ("cloudant://127.0.0.1:5984/outlay", "http://127.0.0.1:5984", "none"),
        ("cloudant://a:b@couch/outlay", "http://couch", "basic"),
        ("cloudant://a:b@couch/outlay?tls=true", "https://couch", "basic"),
        ("cloudants://a:b@[::1]:1/outlay", "https://[::1]:1", "basic"),
    ],
)
def test_defaults_of_an_address(store: str, url: str, way_in: str):
    assert (cloudant(store).url, cloudant(store).auth) == (url, way_in)


def test_secrets_may_be_in_files(tmp_path: Path):
    (tmp_path / "secret").write_text("s3cret\n")
    of_iam = cloudant("cloudants://x.cloud/outlay", AUTH_STORE_APIKEY_FILE=str(tmp_path / "secret"))
    assert (of_iam.auth, of_iam.apikey) == ("iam", "s3cret")
    of_basic = cloudant("cloudants://maria@x.cloud/outlay", AUTH_STORE_PASSWORD_FILE=str(tmp_path / "secret"))
    assert (of_basic.auth, of_basic.password) == ("basic", "s3cret")


@pytest.mark.parametrize(
    ("store", "more", "why"),
    [
        ("cloudants://maria:s3cret@/outlay", {}, "must be cloudants://"),
        ("cloudants://maria:s3cret@x.cloud/Outlay", {}, "must be cloudants://"),
        ("cloudants://maria:s3cret@x.cloud/outlay?color=red", {}, "unknown option color"),
        ("cloudants://maria:s3cret@x.cloud/outlay?auth=magic", {}, "unknown auth"),
        ("cloudants://maria:s3cret@x.cloud/outlay?seconds=soon", {}, "number of seconds"),
        ("cloudants://maria:s3cret@x.cloud/outlay?seconds=0", {}, "above 0"),
        ("cloudants://maria:s3cret@x.cloud/outlay?ca=/nowhere.pem", {}, "does not exist"),
        ("cloudant://maria:s3cret@x.cloud/outlay?ca=/nowhere.pem", {}, "not cloudants://"),
        ("cloudants://maria@x.cloud/outlay?auth=session", {}, "user and a password"),
        ("cloudants://x.cloud/outlay?auth=iam", {}, "AUTH_STORE_APIKEY"),
        ("cloudant://x.cloud/outlay", {"AUTH_STORE_APIKEY": "s3cret"}, "plain HTTP"),
        ("cloudnt://maria:s3cret@x.cloud/outlay", {}, "must be sqlite"),
    ],
)
def test_an_invalid_address_is_refused_without_its_secret(store: str, more: dict[str, str], why: str):
    with pytest.raises(SettingsError) as error:
        read_settings(AuthSettings, {"AUTH_STORE": store, **more})
    assert why in str(error.value)
    assert "s3cret" not in str(error.value)


def test_the_repr_of_an_address_shows_no_secret():
    shown = repr(cloudant("cloudants://maria:s3cret@x.cloud/outlay"))
    assert "maria" in shown
    assert "s3cret" not in shown
