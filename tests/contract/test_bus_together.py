"""What every bus guarantees of events that it hands over together: the same as of each alone."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from chassis.messaging.bus import Queue, Reject
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.runtime.problems import UnavailableError
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chassis.messaging.bus import Handler

KIND = "category.removed"


def removed(user_id: str = "") -> Event:
    user_id = user_id or uuid7()
    data = {"user_id": user_id, "category_id": uuid7(), "version": 1, "name": "Food", "moved_to": None}
    return Event(uuid7(), "/outlay/expenses", KIND, user_id, "2026-11-22T10:00:00Z", data)


def left(user_id: str) -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", user_id, "2026-11-22T10:00:00Z", {"user_id": user_id})


class Store:
    """A store with transactions and an inbox, which fails for some events and for some commits."""

    def __init__(self) -> None:
        self.committed: list[str] = []
        self.sizes: list[int] = []
        """How many events each transaction began to handle."""
        self.broken: dict[str, Exception] = {}
        self.refusals: list[Exception] = []
        """What the next commits raise."""

    @contextmanager
    def transaction(self) -> Iterator[Handler]:
        kept: list[str] = []
        self.sizes.append(0)

        def handle(event: Event) -> None:
            self.sizes[-1] += 1
            if event.id in self.broken:
                raise self.broken[event.id]
            if event.id not in self.committed + kept:
                kept.append(event.id)

        yield handle
        if self.refusals:
            raise self.refusals.pop()
        self.committed += kept

    def handle(self, event: Event) -> None:
        with self.transaction() as handler:
            handler(event)

    def queue(self, *types: str, erasure_events: tuple[str, ...] = ()) -> Queue:
        return Queue("a.one", types or (KIND,), self.handle, erasure_events=erasure_events, transaction=self.transaction)


@pytest.fixture
def store() -> Store:
    return Store()


def test_events_that_wait_share_a_transaction(make_bus, store: Store) -> None:
    bus = make_bus(store.queue())
    events = [removed() for _ in range(120)]
    bus.publish(events)
    bus.start()
    eventually(lambda: len(store.committed) == 120)
    assert sorted(store.committed) == [event.id for event in events]
    assert len(store.sizes) < 30


def test_the_events_of_one_book_keep_their_order(make_bus, store: Store) -> None:
    bus, users = make_bus(store.queue()), [uuid7() for _ in range(3)]
    events = [removed(users[number % 3]) for number in range(60)]
    bus.publish(events)
    bus.start()
    eventually(lambda: len(store.committed) == 60)
    for user_id in users:
        own = [event.id for event in events if event.data["user_id"] == user_id]
        assert [event_id for event_id in store.committed if event_id in own] == own


@pytest.mark.parametrize(("error", "attempts"), [(RuntimeError("poison"), 3), (Reject("poison"), 1)])
def test_one_that_fails_in_the_middle_dies_alone(make_bus, store: Store, error: Exception, attempts: int) -> None:
    bus, events = make_bus(store.queue()), [removed() for _ in range(9)]
    store.broken = {events[4].id: error}
    bus.publish(events)
    bus.start()
    [letter] = eventually(bus.dead)
    assert (letter.event_id, letter.attempts) == (events[4].id, attempts)
    assert letter.reason.endswith("poison")
    assert sorted(store.committed) == [event.id for event in events if event is not events[4]]


def test_an_invalid_one_in_the_middle_dies_alone(make_bus, store: Store) -> None:
    bus, good = make_bus(store.queue()), [removed(), removed()]
    broken = Event(uuid7(), "/outlay/expenses", KIND, "", "2026-11-22T10:00:00Z", {"user": "who?"})
    bus.publish([good[0], broken, good[1]])
    bus.start()
    [letter] = eventually(bus.dead)
    assert letter.event_id == broken.id
    eventually(lambda: sorted(store.committed) == [event.id for event in good])


def test_nothing_is_lost_when_commits_fail(make_bus, store: Store) -> None:
    bus, events = make_bus(store.queue(), delays=(0.05, 0.05)), [removed() for _ in range(8)]
    store.refusals = [UnavailableError("the store is unreachable") for _ in range(9)]
    bus.publish(events)
    bus.start()
    eventually(lambda: len(store.committed) == 8)
    assert sorted(store.committed) == [event.id for event in events]
    assert bus.dead() == []


def test_what_was_committed_before_a_crash_is_handled_once(make_bus, store: Store) -> None:
    events = [removed() for _ in range(5)]
    before = make_bus(store.queue())
    before.publish(events)
    store.committed = [events[1].id, events[3].id]  # committed, but the process died before the bus knew
    make_bus(store.queue()).start()
    eventually(lambda: len(store.committed) == 5)
    time.sleep(0.2)
    assert sorted(store.committed) == [event.id for event in events]


def test_erasure_events_among_others_remove_dead_letters(make_bus, store: Store) -> None:
    maria, otto, anna = uuid7(), uuid7(), uuid7()
    bus = make_bus(store.queue(KIND, "user.deleted", erasure_events=("user.deleted",)))
    refused = [removed(maria), removed(otto), removed(anna)]
    store.broken = {event.id: Reject("cannot be") for event in refused}
    bus.start()
    bus.publish(refused)
    eventually(lambda: len(store.sizes) >= 3)
    time.sleep(2)  # until they are dead letters; nobody looks, since a letter that is looked at is in nobody else's reach
    farewells = [left(maria), removed(), left(otto)]
    bus.publish(farewells)
    eventually(lambda: {event.id for event in farewells} == set(store.committed))
    time.sleep(1)
    assert [letter.event_id for letter in eventually(bus.dead)] == [refused[2].id]
