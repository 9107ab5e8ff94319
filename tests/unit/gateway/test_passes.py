"""How long a gateway believes that a session or access token is good."""

from __future__ import annotations

import asyncio

import pytest

from gateway.domain.following import Following
from gateway.domain.hub import Hub
from gateway.domain.passes import Pass, Passes


class Auth:
    """Knows one secret of one user until it is revoked, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.now, self.told, self.revoked, self.lives = 0, 1000.0, True, False, 120.0
        self.while_asked = lambda: None
        self.passes = Passes(self.exchange, lambda: self.now, told=lambda: self.told)

    async def exchange(self, secret: str) -> Pass | None:
        self.asked += 1
        found = Pass({"auth": f"t{self.asked}"}, "u1", self.now + self.lives) if secret == "good" and not self.revoked else None
        self.while_asked()
        return found

    def token(self, secret: str = "good") -> str | None:
        held = asyncio.run(self.passes.of(secret))
        return held and held.token_for("auth")


@pytest.fixture
def auth() -> Auth:
    return Auth()


def test_a_pass_is_asked_for_once_a_minute(auth) -> None:
    assert [auth.token(), auth.token(), auth.token("bad"), auth.token("bad")] == ["t1", "t1", None, None]
    auth.now += 59
    assert auth.token() == "t1"
    auth.now += 2
    assert auth.token() == "t4"


def test_a_pass_that_ends_soon_is_used_for_half_of_its_time(auth) -> None:
    auth.lives = 40
    assert auth.token() == "t1"
    auth.now += 19
    assert auth.token() == "t1"
    auth.now += 2
    assert auth.token() == "t2"


@pytest.mark.parametrize("kind", ["user.access_revoked", "user.changed", "user.deleted"])
def test_a_pass_is_forgotten_when_its_event_arrives(auth, kind) -> None:
    follow = Following(Hub(), auth.passes)
    assert auth.token() == "t1"
    follow(kind, {"user_id": "somebody else"})
    assert auth.token() == "t1"
    auth.revoked = True
    follow(kind, {"user_id": "u1"})
    assert auth.token() is None


def test_without_events_a_pass_is_good_for_two_seconds(auth) -> None:
    auth.told = False
    assert auth.token() == "t1"
    auth.now, auth.revoked = auth.now + 1.9, True
    assert auth.token() == "t1"
    auth.now += 0.2
    assert auth.token() is None


def test_events_that_begin_to_arrive_leave_no_pass_of_before(auth) -> None:
    auth.told = False
    assert auth.token() == "t1"
    auth.revoked, auth.told = True, True
    Following(Hub(), auth.passes).catch_up()
    assert auth.token() is None


def test_a_pass_revoked_while_it_was_asked_for_is_not_kept(auth) -> None:
    auth.while_asked = lambda: auth.passes.forget("u1")
    assert auth.token() == "t1"
    auth.while_asked, auth.revoked = lambda: None, True
    assert auth.token() is None


def test_open_streams_ask_again_when_access_is_revoked(auth) -> None:
    async def watch() -> str | None:
        hub = Hub()
        stream = hub.open("u1")
        Following(hub, auth.passes)("user.access_revoked", {"user_id": "u1"})
        return await stream.take(5)

    assert (asyncio.run(watch()) or "").startswith(":")
