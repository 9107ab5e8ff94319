"""What auth writes to the audit log: who, what, from where and the outcome, but no secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.logs import SECURITY_LOGGER
from support.auth_service import MARIA

if TYPE_CHECKING:
    from collections.abc import Callable

FROM = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    caplog.set_level(logging.INFO, SECURITY_LOGGER)

    def read() -> list[dict[str, Any]]:
        lines = [vars(entry) for entry in caplog.records if entry.name == SECURITY_LOGGER]
        caplog.clear()
        return lines

    return read


def test_a_sign_in_is_logged_with_user_and_network(auth, written):
    auth.sign_up()
    [signed_up] = written()
    auth.send("POST", "/session", json={"email": MARIA["email"], "password": MARIA["password"]}, headers=FROM)
    [line] = written()
    assert (line["event"], line["outcome"], line["client"]) == ("session.signed_in", "success", "203.0.113.7")
    assert line["user_id"] == signed_up["user_id"]


def test_a_wrong_password_is_logged_without_secrets(auth, written):
    auth.sign_up()
    written()
    for email in (MARIA["email"], MARIA["email"], "nobody@example.org"):
        auth.send("POST", "/session", json={"email": email, "password": "a wrong guess"}, headers=FROM)
    first, second, other = written()
    assert (first["event"], first["outcome"], first["reason"]) == ("session.signed_in", "failure", "WrongCredentialsError")
    assert first["address"] == second["address"] != other["address"]
    assert "a wrong guess" not in str([first, second, other])
    assert "example.org" not in str([first, second, other])


def test_changes_of_tokens_and_passwords_are_logged(auth, written):
    secret = auth.sign_up()
    body = {"name": "backup", "scopes": ["read"], "current_password": MARIA["password"]}
    made = auth.call("POST", "/users/me/tokens", secret=secret, json=body).json()
    auth.call("DELETE", f"/users/me/tokens/{made['id']}", secret=secret)
    auth.send("PUT", "/password-resets/unknown", json={"password": "seven paper lanterns"})
    lines = written()[1:]
    assert [(line["event"], line["outcome"]) for line in lines] == [
        ("token.created", "success"),
        ("token.revoked", "success"),
        ("password.reset", "failure"),
    ]
    assert [line.get("token_id") for line in lines] == [made["id"], made["id"], None]
    assert made["token"] not in str(lines)


def test_a_refused_token_is_logged(auth, written):
    secret = auth.sign_up()
    body = {"name": "backup", "scopes": ["read"], "current_password": MARIA["password"]}
    token = auth.call("POST", "/users/me/tokens", secret=secret, json=body).json()["token"]
    written()
    assert auth.call("PATCH", "/users/me", secret=token, json={"name": "M"}, headers={"If-Match": '"1"'}).status_code == 403
    [line] = written()
    assert (line["event"], line["outcome"], line["method"], line["service"]) == ("access", "refused", "PATCH", "auth")
