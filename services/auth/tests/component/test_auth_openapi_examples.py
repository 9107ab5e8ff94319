"""The OpenAPI document and the service agree."""

from __future__ import annotations

import pytest

from auth import errors
from auth.app import STATUSES
from chassis.web.spec import load_spec, operations

SPEC = load_spec("auth")
OWN = {"a passphrase of your own": "violet umbrella kitchen", "another passphrase of your own": "seven paper lanterns"}
"""Passwords in place of those in the document, which are refused."""
POSTED = {
    name: {key: OWN.get(str(value), value) for key, value in schema["example"].items()}
    for name, schema in SPEC["components"]["schemas"].items()
    if "example" in schema and schema.get("type") == "object" and name not in {"Problem", "Money", "PositiveMoney"}
}
USED_BY = {
    operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    for _path, _method, operation in operations(SPEC)
    if "requestBody" in operation
}


def test_every_body_has_an_example():
    assert set(USED_BY.values()) == set(POSTED)


def test_every_example_is_accepted(auth):
    secret = auth.send("POST", "/users", json=POSTED["NewUser"]).headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    assert auth.send("POST", "/session", json=POSTED["Credentials"]).status_code == 201
    assert auth.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=POSTED["UserChange"]).status_code == 200
    assert auth.call("POST", "/users/me/tokens", secret=secret, json=POSTED["NewToken"]).status_code == 201
    assert auth.call("POST", "/users/me/password", secret=secret, json=POSTED["PasswordChange"]).status_code == 204
    assert auth.send("POST", "/password-resets", json=POSTED["PasswordResetRequest"]).status_code == 202
    token = auth.emailed_token("user.password_reset_requested")
    assert auth.send("PUT", f"/password-resets/{token}", json=POSTED["NewPassword"]).status_code == 204
    assert auth.send("POST", "/internal/tokens", json=POSTED["TokenExchange"]).status_code == 401


def test_every_error_has_a_status():
    declared = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert declared - {errors.AuthError} == set(STATUSES)


@pytest.mark.parametrize(
    ("method", "path"), [(method.upper(), path) for path, method, operation in operations(SPEC) if operation.get("security") != []]
)
def test_every_protected_operation_needs_a_token(auth, method, path):
    path = path.format(session_id="0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11", token_id="0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11")
    assert auth.send(method, path).status_code == 401


def test_the_service_is_ready_when_its_store_answers(auth):
    assert auth.send("GET", "http://auth/readyz").json() == {"status": "ok", "checks": {"store": "ok", "keys": "ok"}}
    auth.made.service.check()
