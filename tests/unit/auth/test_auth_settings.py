"""What auth can be told from outside."""

from __future__ import annotations

import pytest

from auth.settings import AuthSettings
from chassis.settings import SettingsError, read_settings


def test_only_the_store_has_to_be_given():
    settings = read_settings(AuthSettings, {"AUTH_STORE": "sqlite:////var/lib/outlay/auth.db"})
    assert (settings.cookie_secure, settings.rate_limit_factor) == (True, 1)


def test_the_rest_is_read():
    environ = {"AUTH_STORE": "sqlite:///auth.db", "AUTH_COOKIE_SECURE": "false", "AUTH_RATE_LIMIT_FACTOR": "1000"}
    settings = read_settings(AuthSettings, environ)
    assert (settings.store, settings.cookie_secure, settings.rate_limit_factor) == ("sqlite:///auth.db", False, 1000)


def test_all_that_is_wrong_is_told_at_once():
    environ = {"AUTH_STORE": "postgres://x", "AUTH_COOKIE_SECURE": "maybe", "AUTH_RATE_LIMIT_FACTOR": "0"}
    with pytest.raises(SettingsError) as error:
        read_settings(AuthSettings, environ)
    assert [problem.partition(":")[0] for problem in error.value.problems] == [
        "AUTH_STORE",
        "AUTH_COOKIE_SECURE",
        "AUTH_RATE_LIMIT_FACTOR",
    ]
