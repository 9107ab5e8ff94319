"""Personal access tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

DAY = 86_400.0


def test_a_token_is_shown_once_and_works(auth):
    secret = auth.sign_up()
    made = auth.create_token(secret)
    assert made["token"].startswith("outlay_pat_")
    assert (made["name"], made["scopes"], made["last_used_at"]) == ("backup", ["read"], None)
    assert auth.call("GET", "/users/me", secret=made["token"]).json()["name"] == "Maria"
    (listed,) = auth.call("GET", "/users/me/tokens", secret=secret).json()["items"]
    assert "token" not in listed
    assert listed["last_used_at"] == "2015-01-24T18:00:00Z"
    assert auth.call("GET", f"/users/me/tokens/{made['id']}", secret=secret).json() == listed


def test_its_scopes_go_into_the_service_token(auth):
    secret = auth.sign_up()
    reading, writing = auth.create_token(secret)["token"], auth.create_token(secret, scopes=["write", "read"])["token"]
    assert auth.made.verify(auth.made.exchange(reading)[0]["auth"])["scope"] == "read"
    assert auth.made.verify(auth.made.exchange(writing)[0]["auth"])["scope"] == "read write"
    change = {"headers": {"If-Match": '"1"'}, "json": {"name": "M"}}
    assert auth.call("PATCH", "/users/me", secret=reading, **change).status_code == 403
    assert auth.call("PATCH", "/users/me", secret=writing, **change).status_code == 200


def test_an_access_token_changes_no_credentials(auth):
    secret = auth.sign_up()
    made = auth.create_token(secret, scopes=["read", "write"])
    session = auth.call("GET", "/session", secret=secret).json()
    refused = [
        ("GET", "/session", {}),
        ("DELETE", "/session", {}),
        ("GET", "/users/me/sessions", {}),
        ("GET", f"/users/me/sessions/{session['id']}", {}),
        ("DELETE", f"/users/me/sessions/{session['id']}", {}),
        ("GET", "/users/me/tokens", {}),
        ("GET", f"/users/me/tokens/{made['id']}", {}),
        ("DELETE", f"/users/me/tokens/{made['id']}", {}),
        ("POST", "/users/me/tokens", {"json": {"name": "more", "scopes": ["read"], "current_password": "violet umbrella kitchen"}}),
        ("POST", "/users/me/verification", {}),
        (
            "POST",
            "/users/me/password",
            {"json": {"current_password": "violet umbrella kitchen", "new_password": "seven paper lanterns"}},
        ),
        ("DELETE", "/users/me", {"headers": {"X-Current-Password": "violet%20umbrella%20kitchen"}}),
        (
            "PATCH",
            "/users/me",
            {"headers": {"If-Match": '"1"'}, "json": {"email": "eve@example.org", "current_password": "violet umbrella kitchen"}},
        ),
    ]
    for method, path, more in refused:
        assert auth.call(method, path, secret=made["token"], **more).status_code == 403, (method, path)


def test_a_revoked_token_is_refused(auth):
    secret = auth.sign_up()
    made = auth.create_token(secret)
    path = f"/users/me/tokens/{made['id']}"
    assert auth.call("DELETE", path, secret=secret).status_code == 204
    assert auth.exchange_status(made["token"]) == 401
    assert auth.call("GET", path, secret=secret).status_code == 404
    assert auth.call("DELETE", path, secret=secret).status_code == 404


def test_nobody_reads_or_revokes_another_persons_token(auth):
    made = auth.create_token(auth.sign_up())
    theirs = auth.sign_up(email="eve@example.org")
    for method in ("GET", "DELETE"):
        assert auth.call(method, f"/users/me/tokens/{made['id']}", secret=theirs).status_code == 404
    assert auth.call("GET", "/users/me/tokens", secret=theirs).json() == {"items": []}
    assert auth.exchange_status(made["token"]) == 200


def test_a_service_token_does_not_outlive_its_access_token(auth):
    until = datetime.now(UTC) + timedelta(seconds=30)
    made = auth.create_token(auth.sign_up(), expires_at=until.isoformat())
    tokens, expires_at = auth.made.exchange(made["token"])
    assert expires_at == int(until.timestamp()) == auth.made.verify(tokens["auth"])["exp"]


def test_an_access_token_outlives_a_password_change(auth):
    secret = auth.sign_up()
    made = auth.create_token(secret)
    body = {"current_password": "violet umbrella kitchen", "new_password": "seven paper lanterns"}
    auth.call("POST", "/users/me/password", secret=secret, json=body)
    assert auth.exchange_status(made["token"]) == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 400),
        ({"name": "  "}, 422),
        ({"scopes": []}, 400),
        ({"scopes": ["admin"]}, 400),
        ({"scopes": ["read", "read"]}, 400),
        ({"expires_at": "tomorrow"}, 400),
        ({"expires_at": "2027-02-30T00:00:00Z"}, 400),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422),
        ({"expires_at": "0001-01-01T00:00:00+23:59"}, 422),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, 422),
    ],
)
def test_an_invalid_token_is_not_created(auth, changes, status):
    secret = auth.sign_up()
    answer = auth.call(
        "POST",
        "/users/me/tokens",
        secret=secret,
        json={"name": "backup", "scopes": ["read"], "current_password": "violet umbrella kitchen", **changes},
    )
    assert answer.status_code == status, answer.text
    assert auth.call("GET", "/users/me/tokens", secret=secret).json() == {"items": []}


def test_nobody_has_more_than_fifty_tokens(auth):
    secret = auth.sign_up()
    for _ in range(50):
        auth.create_token(secret)
    answer = auth.call(
        "POST",
        "/users/me/tokens",
        secret=secret,
        json={"name": "one more", "scopes": ["read"], "current_password": "violet umbrella kitchen"},
    )
    assert answer.status_code == 422


def test_a_token_needs_the_password_again(auth):
    secret = auth.sign_up()
    body = {"name": "backup", "scopes": ["read"]}
    assert auth.call("POST", "/users/me/tokens", secret=secret, json=body).status_code == 400
    refused = auth.call("POST", "/users/me/tokens", secret=secret, json={**body, "current_password": "wrong umbrella kitchen"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/current_password")
    assert auth.call("GET", "/users/me/tokens", secret=secret).json() == {"items": []}


def test_a_token_expires_after_90_days_by_default(auth):
    secret = auth.sign_up()
    usual, never = auth.create_token(secret), auth.create_token(secret, expires_at=None)
    days = (datetime.fromisoformat(usual["expires_at"]) - datetime.now(UTC)) / timedelta(days=1)
    assert 89.9 < days <= 90
    assert never["expires_at"] is None
    auth.now.ahead = 91 * DAY
    assert (auth.exchange_status(usual["token"]), auth.exchange_status(never["token"])) == (401, 200)


def test_a_password_reset_revokes_all_tokens(auth):
    secret = auth.sign_up()
    token = auth.create_token(secret)["token"]
    assert auth.send("POST", "/password-resets", json={"email": "maria@example.org"}).status_code == 202
    link = auth.emailed_token("user.password_reset_requested")
    assert auth.send("PUT", f"/password-resets/{link}", json={"password": "seven paper lanterns"}).status_code == 204
    assert auth.exchange_status(token) == 401


@pytest.mark.parametrize(("revoke", "status"), [(True, 401), (False, 200), (None, 200)])
def test_a_password_change_revokes_tokens_if_asked_to(auth, revoke, status):
    secret = auth.sign_up()
    token = auth.create_token(secret)["token"]
    body = {"current_password": "violet umbrella kitchen", "new_password": "seven paper lanterns"}
    body |= {} if revoke is None else {"revoke_tokens": revoke}
    assert auth.call("POST", "/users/me/password", secret=secret, json=body).status_code == 204
    assert auth.exchange_status(token) == status
