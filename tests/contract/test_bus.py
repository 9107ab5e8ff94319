"""What every bus guarantees. A transport is added by a branch in the fixture `make_bus`."""

from __future__ import annotations

import threading
import time

import pytest

from chassis.messaging import events
from chassis.messaging.bus import Queue, Reject, Retry
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.runtime.problems import UnavailableError
from testing.waiting import eventually

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


def left(user: str = USER) -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", user, "2026-11-22T10:00:00Z", {"user_id": user})


def removed_by_user(book: str) -> Event:
    data = {"user_id": USER, "book_id": book, "budget_id": uuid7()}
    return Event(uuid7(), "/outlay/budgets", "budget.removed", data["budget_id"], "2026-11-22T10:00:00Z", data)


class Listener:
    """A handler that keeps its events, and fails as often as told."""

    def __init__(self, failures: int = 0, error: type[Exception] = Retry) -> None:
        self.got: list[str] = []
        self.failures, self.error = failures, error

    def __call__(self, event: Event) -> None:
        self.got.append(event.id)
        if len(self.got) <= self.failures:
            raise self.error("not now")


def test_an_event_reaches_every_queue_of_its_type_and_no_other(make_bus) -> None:
    one, two, other = Listener(), Listener(), Listener()
    bus = make_bus(
        Queue("a.one", ("user.deleted",), one),
        Queue("a.two", ("user.deleted", "user.changed"), two),
        Queue("a.other", ("user.changed",), other),
    )
    bus.start()
    event = left()
    bus.publish([event])
    eventually(lambda: one.got == [event.id] and two.got == [event.id])
    assert other.got == []


def test_events_come_in_the_order_in_which_they_were_published(make_bus) -> None:
    listener = Listener()
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    events = [left() for _ in range(200)]
    bus.publish(events)
    bus.start()
    eventually(lambda: len(listener.got) == 200)
    assert listener.got == [event.id for event in events]


def test_what_was_published_before_a_crash_is_delivered_after_it(make_bus) -> None:
    make_bus(Queue("a.one", ("user.deleted",), Listener())).publish([event := left()])
    listener = Listener()
    make_bus(Queue("a.one", ("user.deleted",), listener)).start()
    eventually(lambda: listener.got == [event.id])


@pytest.mark.parametrize("error", [Retry, RuntimeError])
def test_a_failing_event_comes_back_after_a_delay(make_bus, error) -> None:
    listener = Listener(failures=2, error=error)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    bus.publish([event := left()])
    eventually(lambda: listener.got == [event.id] * 3)
    assert bus.dead() == []


def test_a_failing_event_does_not_hold_up_the_next(make_bus) -> None:
    seen = []

    def handler(event: Event) -> None:
        seen.append(event.id)
        if event.id == poison.id:
            raise RuntimeError

    poison, good = left(), left()
    bus = make_bus(Queue("a.one", ("user.deleted",), handler), delays=(60,))
    bus.start()
    bus.publish([poison, good])
    eventually(lambda: seen == [poison.id, good.id])


def test_an_event_that_fails_too_often_is_a_dead_letter_with_its_reason(make_bus) -> None:
    bus = make_bus(Queue("a.one", ("user.deleted",), Listener(failures=99, error=RuntimeError)))
    bus.start()
    bus.publish([event := left()])
    letter = eventually(bus.dead)[0]
    assert (letter.queue, letter.event_id, letter.type, letter.attempts) == ("a.one", event.id, "user.deleted", 3)
    assert letter.reason == "RuntimeError: not now"


def test_a_store_that_is_away_for_long_makes_no_dead_letters(make_bus) -> None:
    listener = Listener(failures=8, error=UnavailableError)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener), delays=(0.02, 0.02))
    bus.start()
    bus.publish([event := left()])
    eventually(lambda: listener.got == [event.id] * 9)
    assert bus.dead() == []


def test_a_rejected_event_is_a_dead_letter_at_once(make_bus) -> None:
    listener = Listener(failures=99, error=Reject)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    bus.publish([left()])
    eventually(bus.dead)
    assert len(listener.got) == 1


def test_an_invalid_event_becomes_a_dead_letter_and_blocks_nothing(make_bus) -> None:
    listener = Listener()
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    broken = Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user": "who?"})
    bus.publish([broken, good := left()])
    eventually(lambda: listener.got == [good.id])
    assert "('user' was unexpected)" in eventually(bus.dead)[0].reason


def test_a_failure_that_is_not_the_messages_fault_is_retried(make_bus, monkeypatch) -> None:
    listener, troubles, validator = Listener(), [OSError("too many open files"), MemoryError()], events._validator

    def troubled(kind: str) -> object:
        if troubles:
            raise troubles.pop()
        return validator(kind)

    monkeypatch.setattr(events, "_validator", troubled)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    event = left()
    bus.publish([event])
    eventually(lambda: listener.got == [event.id])
    assert bus.dead() == []


def test_dead_letters_can_be_replayed_one_or_all(make_bus) -> None:
    listener = Listener(failures=2, error=Reject)
    bus = make_bus(Queue("a.one", ("user.deleted",), listener))
    bus.start()
    bus.publish([left(), left()])
    letters = eventually(lambda: len(bus.dead()) == 2 and bus.dead())
    assert bus.replay([letters[1].id]) == 1
    eventually(lambda: len(bus.dead()) == 1 and len(listener.got) == 3)
    assert bus.replay() == 1
    eventually(lambda: not bus.dead() and len(listener.got) == 4)
    assert listener.got[2:] == [letters[1].event_id, letters[0].event_id]


def test_dead_letters_can_be_purged(make_bus) -> None:
    bus = make_bus(Queue("a.one", ("user.deleted",), Listener(failures=99, error=Reject)))
    bus.start()
    bus.publish([left(), left()])
    letters = eventually(lambda: len(bus.dead()) == 2 and bus.dead())
    assert bus.purge([letters[0].id]) == 1
    assert bus.purge() == 1
    assert bus.dead() == []


def test_an_erasure_event_removes_the_users_dead_letters_alone(make_bus) -> None:
    otto, refused, gone = uuid7(), [], threading.Event()

    def refuse(event: Event) -> None:
        refused.append(event.id)
        raise Reject("cannot be")

    def say_farewell(event: Event) -> None:
        if event.data["user_id"] == otto:
            raise Reject("cannot be")
        eventually(lambda: len(refused) == 2)
        time.sleep(2)  # until they are dead letters; nobody looks, since a letter that is looked at is in nobody else's reach
        gone.set()

    bus = make_bus(
        Queue("a.one", ("user.deleted",), refuse), Queue("a.two", ("user.deleted",), say_farewell, erasure_events=("user.deleted",))
    )
    bus.start()
    bus.publish([left(otto), left(USER)])
    assert gone.wait(60)
    time.sleep(1)
    eventually(lambda: [USER in letter.body for letter in bus.dead()] == [False, False])


def test_what_a_user_did_in_another_book_outlives_their_account(make_bus) -> None:
    owner, kept, gone = uuid7(), Listener(failures=99, error=Reject), threading.Event()
    theirs, own = removed_by_user(owner), removed_by_user(USER)

    def say_farewell(_event: Event) -> None:
        eventually(lambda: len(kept.got) == 2)
        time.sleep(2)  # until they are dead letters
        gone.set()

    bus = make_bus(
        Queue("a.one", ("budget.removed",), kept), Queue("a.two", ("user.deleted",), say_farewell, erasure_events=("user.deleted",))
    )
    bus.start()
    bus.publish([theirs, own, left(USER)])
    assert gone.wait(60)
    time.sleep(1)
    eventually(lambda: [letter.event_id for letter in bus.dead()] == [theirs.id])


def test_stopping_waits_for_the_message_being_handled(make_bus) -> None:
    begun, done = threading.Event(), []

    def slow(event: Event) -> None:
        begun.set()
        time.sleep(0.2)
        done.append(event.id)

    bus = make_bus(Queue("a.one", ("user.deleted",), slow))
    bus.start()
    bus.publish([event := left()])
    begun.wait(60)
    bus.stop()
    assert done == [event.id]


def test_listeners_hear_events_until_they_stop_and_may_fail(make_bus) -> None:
    heard: list[str] = []
    bus = make_bus()

    def faulty(_event: Event) -> None:
        raise RuntimeError

    bus.listen(faulty)
    leave = bus.listen(lambda event: heard.append(event.id))
    bus.publish([first := left()])
    eventually(lambda: heard == [first.id])
    leave()
    bus.publish([left()])
    time.sleep(0.05)
    assert heard == [first.id]
