"""Deleting an account and everything in it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

PASSWORD = {"X-Current-Password": "violet%20umbrella%20kitchen"}
MANY = 1_000_000


def exchanged(auth, secret: str) -> int:
    return auth.send("POST", "/internal/tokens", json={"secret": secret}).status_code


@pytest.fixture
def maria(auth):
    """Maria with one of everything: (session's secret, access token's secret, id)."""
    secret = auth.sign_up()
    made = auth.call(
        "POST",
        "/users/me/tokens",
        secret=secret,
        json={"name": "backup", "scopes": ["read"], "current_password": "violet umbrella kitchen"},
    ).json()
    auth.send("POST", "/password-resets", json={"email": "maria@example.org"})
    user_id = auth.call("GET", "/users/me", secret=secret).json()["id"]
    assert auth.kinds_of(user_id) == ["email", "user"]
    auth.events()
    return secret, made["token"], user_id


def test_leaving_removes_everything_and_tells_the_other_services(auth, maria):
    secret, token, user_id = maria
    answer = auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD)
    assert answer.status_code == 204
    assert answer.headers["Set-Cookie"].startswith("__Host-session=;")
    assert exchanged(auth, secret) == exchanged(auth, token) == 401
    assert auth.sign_in().status_code == 401
    assert auth.kinds_of(user_id) == ["tombstone"]
    (event,) = auth.events()
    assert (event.type, event.data) == ("user.deleted", {"user_id": user_id})
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == []


def test_the_address_is_free_for_somebody_new_at_once(auth, maria):
    secret, _, user_id = maria
    auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD)
    auth.sign_up()
    assert auth.sign_in().json()["id"] != user_id


def test_a_service_token_that_is_still_valid_finds_nobody(auth, maria):
    bearer = {"Authorization": f"Bearer {auth.made.exchange(maria[0])[0]['auth']}"}
    auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD})
    assert auth.send("GET", "/users/me", headers=bearer).status_code == 401
    assert auth.send("DELETE", "/session", headers=bearer).status_code == 401
    assert auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD}).status_code == 401


@pytest.mark.parametrize(("password", "status"), [(None, 400), ("wrong", 422), ("", 422), ("%FF%FE", 400), ("x" * 2401, 400)])
def test_without_the_password_nobody_leaves(auth, maria, password, status):
    secret, _, user_id = maria
    headers = {} if password is None else {"X-Current-Password": password}
    assert auth.call("DELETE", "/users/me", secret=secret, headers=headers).status_code == status
    assert exchanged(auth, secret) == 200
    assert "tombstone" not in auth.kinds_of(user_id)


def test_any_password_fits_into_the_header(auth):
    password = "pâsswörd %41 ✓ 😀 with spaces"
    secret = auth.sign_up(password=password)
    assert auth.call("DELETE", "/users/me", secret=secret, headers={"X-Current-Password": quote(password)}).status_code == 204


@pytest.mark.parametrize("writes", range(4))
def test_wherever_leaving_is_interrupted_it_is_finished_later(breaking, writes):
    auth = breaking
    secret = auth.sign_up()
    token = auth.call(
        "POST",
        "/users/me/tokens",
        secret=secret,
        json={"name": "backup", "scopes": ["read"], "current_password": "violet umbrella kitchen"},
    ).json()["token"]
    auth.send("POST", "/password-resets", json={"email": "maria@example.org"})
    user_id = auth.call("GET", "/users/me", secret=secret).json()["id"]
    auth.events()
    auth.documents.writes_left = writes
    answer = auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD)
    auth.documents.writes_left = MANY
    assert answer.status_code == (503 if writes < 3 else 204)
    if writes == 0:
        assert exchanged(auth, secret) == 200
        return
    assert exchanged(auth, secret) == exchanged(auth, token) == 401
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == ["tombstone"]
    assert [event.type for event in auth.events()] == ["user.deleted"]
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == []
    auth.sign_up()


def test_an_address_of_somebody_who_left_is_free_even_before_tidying(breaking):
    auth = breaking
    secret = auth.sign_up()
    bearer = {"Authorization": f"Bearer {auth.made.exchange(secret)[0]['auth']}"}
    auth.documents.writes_left = 1
    assert auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD}).status_code == 503
    auth.documents.writes_left = MANY
    auth.now.ahead = 61
    auth.sign_up()
    auth.made.service.clean_up()
    assert auth.sign_in().status_code == 201
