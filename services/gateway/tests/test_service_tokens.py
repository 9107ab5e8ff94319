"""How long service tokens are cached."""

from __future__ import annotations

import asyncio

import pytest

from gateway.event_handler import EventHandler
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache, ServiceTokens


class Auth:
    """Knows one secret of one user until it is revoked, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.now, self.events_arrive, self.revoked, self.lives = 0, 1000.0, True, False, 120.0
        self.while_asked = lambda: None
        self.service_tokens = ServiceTokenCache(self.exchange, lambda: self.now, events_arrive=lambda: self.events_arrive)

    async def exchange(self, secret: str) -> ServiceTokens | None:
        self.asked += 1
        found = (
            ServiceTokens({"auth": f"t{self.asked}"}, "u1", self.now + self.lives, "u1")
            if secret == "good" and not self.revoked
            else None
        )
        self.while_asked()
        return found

    def token(self, secret: str = "good") -> str | None:
        held = asyncio.run(self.service_tokens.of(secret))
        return held and held.token_for("auth")


@pytest.fixture
def auth() -> Auth:
    return Auth()


def test_tokens_are_exchanged_once_a_minute(auth) -> None:
    assert [auth.token(), auth.token(), auth.token("bad"), auth.token("bad")] == ["t1", "t1", None, None]
    auth.now += 59
    assert auth.token() == "t1"
    auth.now += 2
    assert auth.token() == "t4"


def test_short_lived_tokens_are_used_for_half_their_time(auth) -> None:
    auth.lives = 40
    assert auth.token() == "t1"
    auth.now += 19
    assert auth.token() == "t1"
    auth.now += 2
    assert auth.token() == "t2"


@pytest.mark.parametrize("kind", ["book.changed", "user.access_revoked", "user.changed", "user.deleted"])
def test_tokens_are_forgotten_when_their_event_arrives(auth, kind) -> None:
    follow = EventHandler(EventStreams(), auth.service_tokens)
    assert auth.token() == "t1"
    follow(kind, {"user_id": "somebody else"})
    assert auth.token() == "t1"
    auth.revoked = True
    follow(kind, {"user_id": "u1"})
    assert auth.token() is None


def test_tokens_of_members_are_forgotten_when_their_book_changes() -> None:
    async def of_a_member(_secret: str) -> ServiceTokens:
        return ServiceTokens({"auth": "t"}, "u2", 1120.0, "u1")

    async def is_cached(*, after: str) -> bool:
        tokens = ServiceTokenCache(of_a_member, lambda: 1000.0)
        first = await tokens.of("good")
        EventHandler(EventStreams(), tokens)("book.changed", {"book_id": after, "user_id": after})
        return await tokens.of("good") is first

    assert asyncio.run(is_cached(after="another"))
    assert not asyncio.run(is_cached(after="u1"))


def test_without_events_tokens_are_cached_for_two_seconds(auth) -> None:
    auth.events_arrive = False
    assert auth.token() == "t1"
    auth.now, auth.revoked = auth.now + 1.9, True
    assert auth.token() == "t1"
    auth.now += 0.2
    assert auth.token() is None


def test_reconnecting_to_the_broker_forgets_all_tokens(auth) -> None:
    auth.events_arrive = False
    assert auth.token() == "t1"
    auth.revoked, auth.events_arrive = True, True
    EventHandler(EventStreams(), auth.service_tokens).catch_up()
    assert auth.token() is None


def test_tokens_revoked_during_their_exchange_are_not_cached(auth) -> None:
    auth.while_asked = lambda: auth.service_tokens.forget("u1")
    assert auth.token() == "t1"
    auth.while_asked, auth.revoked = lambda: None, True
    assert auth.token() is None


def test_open_streams_check_their_session_when_access_is_revoked(auth) -> None:
    async def watch() -> str | None:
        streams = EventStreams()
        stream = streams.open("u1", "u1")
        EventHandler(streams, auth.service_tokens)("user.access_revoked", {"user_id": "u1"})
        return await stream.take(5)

    assert (asyncio.run(watch()) or "").startswith(":")
