"""What auth guarantees of sessions and tokens on every store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.auth_on_stores import auths_on_store
from support.auth_service import Auth, Breaking, secret_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


DAY, HOUR = 86_400.0, 3_600.0

SECRET = "A" * 43


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


def test_sessions_are_listed_read_and_revoked(auth):
    first = auth.sign_up()
    second = secret_in(auth.sign_in())
    items = auth.call("GET", "/users/me/sessions", secret=second, headers={"User-Agent": "x"}).json()["items"]
    assert [item["current"] for item in items] == [True, False]
    assert items[0]["created_at"] == items[0]["last_seen_at"] == "2015-01-24T18:00:00Z"
    assert items[0]["user_agent"].startswith("python-httpx")
    path = f"/users/me/sessions/{items[1]['id']}"
    assert auth.call("GET", path, secret=second).json() == items[1]
    assert auth.call("GET", "/session", secret=second).json() == items[0]
    assert auth.call("DELETE", path, secret=second).status_code == 204
    assert auth.call("GET", path, secret=second).status_code == 404
    assert auth.call("DELETE", path, secret=second).status_code == 404
    assert (auth.exchange_status(first), auth.exchange_status(second)) == (401, 200)


def test_the_last_use_is_saved_once_an_hour(auth):
    secret = auth.sign_up()
    user = auth.sign_in().json()

    def revision() -> str:
        return auth.documents.get(f"user:{user['id']}").revision

    before = revision()
    for ahead in (0.0, HOUR - 60):
        auth.now.ahead = ahead
        auth.exchange_status(secret)
        assert revision() == before
    auth.now.ahead = HOUR + 60
    auth.exchange_status(secret)
    noted = revision()
    assert noted != before
    auth.exchange_status(secret)
    assert revision() == noted


def test_a_failure_to_save_the_last_use_signs_nobody_out(breaking):
    secret = breaking.sign_up()
    assert breaking.exchange_status(secret) == 200
    breaking.now.ahead = HOUR + 60
    breaking.documents.writes_left = 0
    assert breaking.exchange_status(secret) == 200
    assert breaking.sign_in().status_code == 503


def test_expired_sessions_leave_with_a_change_or_the_cleanup(auth):
    auth.sign_up()
    user = auth.sign_in().json()

    def kept() -> int:
        return len(auth.documents.get(f"user:{user['id']}").body["sessions"])

    auth.now.ahead = 31 * DAY
    auth.made.service.clean_up()
    assert kept() == 0
    assert auth.sign_in().json() == user
    auth.now.ahead = 62 * DAY
    auth.sign_in()
    assert kept() == 1


def test_many_simultaneous_sign_ins_each_get_a_session(auth):
    auth.sign_up()
    body = {"email": "maria@example.org", "password": "violet umbrella kitchen"}
    answers = auth.send_at_once(*[("POST", "/session", {"json": body})] * 12)
    assert [answer.status_code for answer in answers] == [201] * 12
    assert [auth.exchange_status(secret_in(answer)) for answer in answers] == [200] * 12


def test_a_secret_with_another_users_id_is_refused(auth):
    mine, theirs = auth.sign_up(), auth.sign_up(email="eve@example.org")
    mixed = theirs[: -len(SECRET)] + mine[-len(SECRET) :]
    assert auth.exchange_status(mixed) == 401
    assert auth.exchange_status(mine.replace("outlay_ses_", "outlay_pat_")) == 401


def test_a_token_ends_when_it_expires(auth):
    secret = auth.sign_up()
    until = datetime.now(UTC) + timedelta(days=2)
    made = auth.create_token(secret, expires_at=until.isoformat())
    assert datetime.fromisoformat(made["expires_at"]) == until
    assert auth.exchange_status(made["token"]) == 200
    auth.now.ahead = 2 * DAY + 1
    assert auth.exchange_status(made["token"]) == 401
    auth.made.service.clean_up()
    auth.now.ahead = 0
    assert auth.call("GET", "/users/me/tokens", secret=secret).json() == {"items": []}
