"""Live events: each user gets their own, as long as they keep up."""

from __future__ import annotations

import asyncio

import pytest

from gateway.event_stream import EventStreams, TooManyStreamsError


def test_each_user_sees_their_own_events_and_no_internals() -> None:
    async def watch() -> list[str | None]:
        streams = EventStreams()
        mine, other = streams.open("u1", "u1"), streams.open("u2", "u2")
        streams.send("budget.exceeded", {"user_id": "u1", "budget_name": "Köffee"})
        streams.send("expense.recorded", {"user_id": "u1", "changes": [1, 2, 3]})
        streams.send("user.changed", {"user_id": "u1", "email": "sealed"})
        return [await mine.take(1), await mine.take(1), await mine.take(0.05), await other.take(0.05)]

    assert asyncio.run(watch()) == [
        'event: budget.exceeded\ndata: {"book_id": "u1", "user_id": "u1", "budget_name": "Köffee"}\n\n',
        'event: expense.recorded\ndata: {"book_id": "u1", "user_id": "u1", "changes": 3}\n\n',
        ": still here\n\n",
        ": still here\n\n",
    ]


def test_a_slow_stream_is_told_to_refresh() -> None:
    async def watch() -> list[str | None]:
        streams = EventStreams()
        stream = streams.open("u1", "u1")
        for number in range(502):
            streams.send("alert.raised", {"user_id": "u1", "n": number})
        await asyncio.sleep(0.05)
        return [await stream.take(1), await stream.take(1)]

    assert asyncio.run(watch()) == [
        "event: refresh\ndata: {}\n\n",
        'event: alert.raised\ndata: {"book_id": "u1", "user_id": "u1", "n": 501}\n\n',
    ]


def test_streams_are_limited_and_can_be_closed() -> None:
    async def watch() -> None:
        streams = EventStreams()
        opened = [streams.open("u1", "u1") for _ in range(20)]
        with pytest.raises(TooManyStreamsError):
            streams.open("u1", "u1")
        streams.leave(opened.pop())
        streams.open("u1", "u1")
        streams.close()
        assert await opened[0].take(1) is None

    asyncio.run(watch())
