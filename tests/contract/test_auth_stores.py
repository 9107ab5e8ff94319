"""What auth guarantees on every store: interrupted changes are completed, and one of several simultaneous changes succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.auth_on_stores import auths_on_store
from support.auth_service import Auth, Breaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


DAY, HOUR = 86_400.0, 3_600.0
MANY = 1_000_000
PASSWORD = "violet umbrella kitchen"
PASSWORD_HEADER = {"X-Current-Password": "violet%20umbrella%20kitchen"}
RESET = "user.password_reset_requested"
NEW = {"password": "seven paper lanterns"}


@pytest.fixture(params=["sqlite", "cloudant"])
def make_auth(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Auth]]:
    with auths_on_store(request, tmp_path) as make:
        yield make


@pytest.fixture
def auth(make_auth: Callable[..., Auth]) -> Auth:
    """Auth with wide rate limits."""
    return make_auth()


@pytest.fixture
def breaking(make_auth: Callable[..., Auth]) -> Auth:
    """Auth on a store that becomes unavailable after `documents.writes_left` more writes."""
    return make_auth(Breaking)


@pytest.mark.parametrize("writes", range(2))
def test_signing_up_may_be_interrupted_anywhere(breaking, writes):
    maria = {"email": "maria@example.org", "password": PASSWORD, "name": "Maria"}
    breaking.documents.writes_left = writes
    assert breaking.send("POST", "/users", json=maria).status_code == 503
    breaking.documents.writes_left = MANY
    assert breaking.send("POST", "/users", json=maria).status_code == 201
    assert breaking.sign_in().status_code == 201
    assert [event.type for event in breaking.events()] == ["user.registered", "book.changed", "user.verification_requested"]


@pytest.mark.parametrize("writes", range(4))
def test_a_change_of_address_may_be_interrupted_anywhere(breaking, writes):
    secret = breaking.sign_up()
    body = {"email": "new@example.org", "current_password": PASSWORD}
    changing = breaking.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=body)
    assert changing.status_code == 200
    link = breaking.emailed_token("user.verification_requested")
    breaking.documents.writes_left = writes
    breaking.send("PUT", f"/email-verifications/{link}")
    breaking.documents.writes_left = MANY
    old, new = breaking.sign_in().status_code, breaking.sign_in(email="new@example.org").status_code
    assert {old, new} == {201, 401}
    if old == 201:
        assert breaking.send("PUT", f"/email-verifications/{link}").status_code == 204
    assert breaking.sign_in(email="new@example.org").status_code == 201
    breaking.now.ahead = 61
    breaking.sign_up()


@pytest.mark.parametrize("writes", range(2))
def test_a_new_password_ends_other_sessions_in_the_same_write(breaking, writes):
    secret, others = breaking.sign_up(), [breaking.sign_in() for _ in range(2)]
    secrets = [other.headers["Set-Cookie"].partition("=")[2].partition(";")[0] for other in others]
    bearer = {"Authorization": f"Bearer {breaking.made.exchange(secret)[0]['auth']}"}
    body = {"current_password": PASSWORD, "new_password": "seven paper lanterns"}
    breaking.documents.writes_left = writes
    changed = breaking.send("POST", "/users/me/password", headers=bearer, json=body)
    assert changed.status_code == (204 if writes else 503)
    secret = changed.headers["Set-Cookie"].partition("=")[2].partition(";")[0] if writes else secret
    breaking.documents.writes_left = MANY
    for other in secrets:
        assert breaking.send("POST", "/internal/tokens", json={"secret": other}).status_code == (401 if writes else 200)
    assert breaking.send("POST", "/internal/tokens", json={"secret": secret}).status_code == 200
    assert breaking.sign_in().status_code == (401 if writes else 201)


@pytest.fixture
def maria(auth):
    """Maria with one of everything: (session's secret, access token's secret, id)."""
    return auth.sign_up_with_everything()


def test_deleting_an_account_removes_everything_and_is_published(auth, maria):
    secret, token, user_id = maria
    answer = auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD_HEADER)
    assert answer.status_code == 204
    assert answer.headers["Set-Cookie"].startswith("__Host-session=;")
    assert auth.exchange_status(secret) == auth.exchange_status(token) == 401
    assert auth.sign_in().status_code == 401
    assert auth.kinds_of(user_id) == ["tombstone"]
    (event,) = auth.events()
    assert (event.type, event.data) == ("user.deleted", {"user_id": user_id})
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == []


@pytest.mark.parametrize("writes", range(4))
def test_an_interrupted_deletion_is_finished_later(breaking, writes):
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
    answer = auth.call("DELETE", "/users/me", secret=secret, headers=PASSWORD_HEADER)
    auth.documents.writes_left = MANY
    assert answer.status_code == (503 if writes < 3 else 204)
    if writes == 0:
        assert auth.exchange_status(secret) == 200
        return
    assert auth.exchange_status(secret) == auth.exchange_status(token) == 401
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == ["tombstone"]
    assert [event.type for event in auth.events()] == ["user.deleted"]
    auth.made.service.clean_up()
    assert auth.kinds_of(user_id) == []
    auth.sign_up()


def test_the_address_of_a_deleted_account_is_free_before_cleanup(breaking):
    auth = breaking
    secret = auth.sign_up()
    bearer = {"Authorization": f"Bearer {auth.made.exchange(secret)[0]['auth']}"}
    auth.documents.writes_left = 1
    assert auth.send("DELETE", "/users/me", headers={**bearer, **PASSWORD_HEADER}).status_code == 503
    auth.documents.writes_left = MANY
    auth.now.ahead = 61
    auth.sign_up()
    auth.made.service.clean_up()
    assert auth.sign_in().status_code == 201


def test_a_reset_link_works_once_and_ends_every_session(auth):
    secret = auth.sign_up()
    assert auth.request_reset().status_code == 202
    event = auth.events()[-1]
    assert auth.decrypted_address(event) == "Maria@example.org"
    assert event.data["expires_at"] == "2015-01-24T19:00:00Z"
    path = f"/password-resets/{auth.decrypted_token(event)}"
    answer = auth.send("PUT", path, json=NEW)
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers
    assert auth.exchange_status(secret) == 401
    assert auth.sign_in().status_code == 401
    assert auth.sign_in(password=NEW["password"]).status_code == 201
    assert auth.send("PUT", path, json=NEW).status_code == 404


def test_one_of_several_simultaneous_resets_succeeds(auth):
    auth.sign_up()
    auth.request_reset()
    path = f"/password-resets/{auth.emailed_token(RESET)}"
    requests = [("PUT", path, {"json": {"password": f"seven paper lanterns {n}"}}) for n in range(4)]
    assert sorted(answer.status_code for answer in auth.send_at_once(*requests)) == [204, 404, 404, 404]


def test_a_reset_request_does_not_reveal_known_addresses(auth):
    auth.sign_up()
    known, unknown = auth.request_reset(), auth.request_reset("nobody@example.org")
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content
    assert [event.type for event in auth.events()].count(RESET) == 1
    (nobody,) = [found for found in auth.documents.expired(auth.now() + 2 * HOUR, limit=10) if found.kind == "nobody"]
    auth.now.ahead = HOUR + 60
    auth.made.service.clean_up()
    assert auth.documents.get(nobody.id) is None
