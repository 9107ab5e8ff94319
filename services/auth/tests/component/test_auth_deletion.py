"""Deleting an account and everything in it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

PASSWORD = {"X-Current-Password": "violet%20umbrella%20kitchen"}
MANY = 1_000_000


@pytest.fixture
def maria(auth):
    """Maria with one of everything: (session's secret, access token's secret, id)."""
    return auth.sign_up_with_everything()


def test_the_address_of_a_deleted_account_is_free_at_once(auth, maria):
    secret, _, user_id = maria
    auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD)
    auth.sign_up()
    assert auth.sign_in().json()["id"] != user_id


def test_a_valid_service_token_of_a_deleted_account_is_refused(auth, maria):
    bearer = {"Authorization": f"Bearer {auth.made.exchange(maria[0])[0]['auth']}"}
    auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD})
    assert auth.send("GET", "/users/me", headers=bearer).status_code == 401
    assert auth.send("DELETE", "/session", headers=bearer).status_code == 401
    assert auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD}).status_code == 401


@pytest.mark.parametrize(("password", "status"), [(None, 400), ("wrong", 422), ("", 422), ("%FF%FE", 400), ("x" * 2401, 400)])
def test_deleting_the_account_needs_the_password(auth, maria, password, status):
    secret, _, user_id = maria
    headers = {} if password is None else {"X-Current-Password": password}
    assert auth.call("DELETE", "/users/me", secret=secret, headers=headers).status_code == status
    assert auth.exchange_status(secret) == 200
    assert "tombstone" not in auth.kinds_of(user_id)


def test_any_password_can_be_sent_in_the_header(auth):
    password = "pâsswörd %41 ✓ 😀 with spaces"
    secret = auth.sign_up(password=password)
    assert auth.call("DELETE", "/users/me", secret=secret, headers={"X-Current-Password": quote(password)}).status_code == 204
