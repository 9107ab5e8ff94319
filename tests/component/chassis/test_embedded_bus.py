"""What the embedded bus guarantees beyond the port: its queues are in a file of its own."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

import pytest

from chassis.messaging.bus import Queue, Settings
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


def left(user: str = USER) -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", user, "2026-11-22T10:00:00Z", {"user_id": user})


@pytest.fixture
def make_bus(tmp_path: Path) -> Iterator[Callable[..., EmbeddedBus]]:
    made: list[EmbeddedBus] = []

    def make(*queues: Queue) -> EmbeddedBus:
        made.append(EmbeddedBus(tmp_path / "bus.db", queues, metrics=Metrics(), settings=Settings(delays=(0.05, 0.05))))
        return made[-1]

    yield make
    for bus in made:
        bus.stop()


class Listener:
    """A handler that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def __call__(self, event: Event) -> None:
        self.got.append(event.id)


def test_an_event_published_twice_before_it_is_handled_is_handled_once(make_bus) -> None:
    listener = Listener()
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    event = left()
    bus.publish([event])
    bus.publish([event])
    bus.start()
    eventually(lambda: listener.got)
    time.sleep(0.1)
    assert listener.got == [event.id]


def test_a_queue_survives_errors_of_its_storage(make_bus, monkeypatch) -> None:
    listener, troubles, settle = (
        Listener(),
        [sqlite3.OperationalError("database or disk is full"), MemoryError()],
        EmbeddedBus._settle,
    )

    def troubled(bus: EmbeddedBus, results: list) -> None:
        if troubles:
            raise troubles.pop()
        settle(bus, results)

    monkeypatch.setattr(EmbeddedBus, "_settle", troubled)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    first, second = left(), left()
    bus.publish([first])
    eventually(lambda: len(listener.got) == 3)  # a message that was not settled comes again
    bus.publish([second])
    eventually(lambda: second.id in listener.got)


def test_publishing_to_a_full_disk_fails_and_leaves_nothing_behind(make_bus) -> None:
    bus = make_bus(Queue("a.one", ("user.deleted",), Listener()))
    with bus._connection() as connection:
        connection.execute("PRAGMA cache_size = 10")
        [[pages]] = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        bus.publish([left() for _ in range(500)])
    bus.publish([left()])
    with bus._connection() as connection:
        assert connection.execute("SELECT COUNT(*) FROM message").fetchone() == (1,)
