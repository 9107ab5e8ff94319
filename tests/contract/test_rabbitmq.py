"""What the bus on RabbitMQ must also handle: foreign messages, processes that die, users with few rights."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pika
import pytest

from chassis.messaging.bus import Queue, Retry, Settings
from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import BrokerAddress, BrokerUnavailableError, RabbitBus
from chassis.messaging.rabbitmq.topology import EXCHANGE, Topology, retry_name, suite_queues
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from testing.fakes.rabbit import KNOWN, Got, left
from testing.waiting import eventually


def test_the_headers_of_a_message_name_its_type_and_source(make_rabbit, address, channel) -> None:
    bus = make_rabbit(address)
    bus.publish([])
    event = left(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", request_id="req-12345678")
    bus.publish([event])
    _method, properties, body = channel.basic_get("a.one")
    assert json.loads(body)["specversion"] == "1.0"
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
    assert (properties.message_id, properties.correlation_id, properties.type) == (event.id, "req-12345678", "user.deleted")
    assert properties.headers["traceparent"] == event.traceparent


def test_an_event_that_reaches_no_queue_is_not_confirmed(make_rabbit, address, channel) -> None:
    bus = make_rabbit(address)
    bus.publish([left()])
    channel.queue_unbind("a.one", EXCHANGE, "user.deleted")
    with pytest.raises(BrokerUnavailableError, match="no queue is bound to its type yet"):
        bus.publish([left(), left()])
    channel.queue_bind("a.one", EXCHANGE, "user.deleted")
    bus.publish([left()])


def test_queues_that_do_not_exist_have_no_dead_letters(make_rabbit, address) -> None:
    bus = RabbitBus("operator", address, metrics=Metrics(), dead_letters_of=["never.declared", "a.one"])
    make_rabbit(address).publish([])
    assert (bus.dead(), bus.purge()) == ([], 0)
    assert bus.counts()["never.declared", "dead"] == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe\x00", "UnicodeDecodeError"),
        (b"{", "JSONDecodeError"),
        (b"[" * 100_000, "RecursionError"),
        (b"[]", "'list' object"),
        (b'{"type": "nothing.known"}', "no event is called nothing.known"),
        (left().to_json().replace("user_id", "who").encode(), "was unexpected"),
        (
            left().to_json().replace("urn:outlay:event:user.deleted", "urn:outlay:event:user.deleted:2").encode(),
            "update this service, then replay",
        ),
        (b'{"type": "user.deleted", "x": "' + b"x" * 16_000_000 + b'"}', "16,000,033 bytes"),
    ],
    ids=["undecodable", "no JSON", "deep", "a list", "unknown", "breaks its schema", "of a future version", "16 MB"],
)
def test_an_unreadable_message_is_dead_with_its_reason(make_rabbit, address, channel, body, reason) -> None:
    got = Got()
    bus = make_rabbit(address, got)
    bus.start()
    bus.publish([first := left()])
    # A user id that is not the sender's own may not be published again: copies must do without it.
    channel.basic_publish(
        EXCHANGE,
        "user.deleted",
        body,
        pika.BasicProperties(user_id="outlay", headers={"odd": [{"a": None}], "x-outlay-attempts": "many"}),
    )
    bus.publish([last := left()])
    eventually(lambda: got == [first.id, last.id])
    [letter] = eventually(bus.dead)
    assert reason in letter.reason
    assert letter.queue == "a.one"
    assert bus.purge([letter.id]) == 1


def test_a_bus_without_queues_is_ready_once_connected(make_rabbit, address) -> None:
    bus = make_rabbit(address)
    bus.start()

    def consuming() -> bool:
        with suppress(BrokerUnavailableError):
            bus.check_consuming()
            return True
        return False

    eventually(consuming)


def newer_of(event: Event) -> bytes:
    return event.to_json().replace("user.deleted", "user.renamed").encode()


def test_an_event_of_a_newer_version_waits_for_a_replica_that_knows_it(make_rabbit, address, channel) -> None:
    got = Got()
    bus = make_rabbit(address, got)
    bus.start()
    bus.publish([first := left()])
    channel.basic_publish(EXCHANGE, "user.deleted", newer_of(left()))
    bus.publish([last := left()])
    eventually(lambda: got == [first.id, last.id])
    [letter] = eventually(bus.dead)
    assert letter.attempts == 3, "it came back after each delay"
    assert "no event is called user.renamed in this version" in letter.reason
    assert bus.purge([letter.id]) == 1


def test_dead_letters_can_be_listed_often_and_replayed_unchanged(make_rabbit, address, channel) -> None:
    troubles = [RuntimeError("a"), RuntimeError("b"), RuntimeError("c")]
    got = Got()

    def handler(event: Event) -> None:
        if troubles:
            raise troubles.pop()
        got(event)

    bus = make_rabbit(address, handler)
    bus.start()
    bus.publish([event := left()])
    [letter] = eventually(bus.dead)
    for _ in range(25):
        assert [each.id for each in bus.dead()] == [letter.id]
    assert letter.attempts == 3
    assert bus.replay([uuid7()]) == 0
    assert bus.replay([letter.id]) == 1
    eventually(lambda: got == [event.id])
    assert bus.dead() == []


def test_a_message_that_kills_processes_becomes_a_dead_letter(make_rabbit, address, channel) -> None:
    """The delivery limit, and that the broker moves it at least once: its word, not ours."""
    bus = make_rabbit(address)
    bus.publish([event := left()])
    limit = Topology(KNOWN, (1,)).delivery_limit
    for _ in range(limit + 1):
        connection = pika.BlockingConnection(address.parameters("dies"))
        dying = connection.channel()
        while dying.basic_get("a.one")[0] is None:
            time.sleep(0.05)
        connection.close()
    looked = make_rabbit(address, dead_letters_of=["a.one"])
    [letter] = eventually(looked.dead)
    assert (letter.event_id, letter.id) == (event.id, event.id)
    assert letter.reason.startswith("delivery limit")
    assert letter.died_at
    assert looked.replay() == 1
    assert channel.basic_get("a.one")[1].message_id == event.id


def test_replicas_share_work_and_a_stopping_one_returns_its_own(make_rabbit, address) -> None:
    one, two, held = Got(), Got(), threading.Event()

    def slow(event: Event) -> None:
        one(event)
        held.wait(0.05)

    first, second = make_rabbit(address, slow), make_rabbit(address, two)
    first.start()
    second.start()
    eventually(lambda: not first._consumer.link.trouble and not second._consumer.link.trouble)
    events = [left() for _ in range(150)]
    first.publish(events)
    eventually(lambda: one and two)
    held.set()
    started = time.monotonic()
    first.stop()
    assert time.monotonic() - started < 5
    eventually(lambda: set(one) | set(two) == {event.id for event in events})
    assert len(one) + len(two) == len(events), "what was in hand was settled, the rest went to the other"


def test_a_message_that_takes_too_long_goes_to_the_next_process(make_rabbit, address) -> None:
    begun, released, got = threading.Event(), threading.Event(), Got()

    def endless(_event: Event) -> None:
        begun.set()
        released.wait(30)

    bus = make_rabbit(address, endless)
    bus.start()
    bus.publish([event := left()])
    begun.wait(60)
    started = time.monotonic()
    bus.stop()
    assert time.monotonic() - started < 5
    make_rabbit(address, got).start()
    eventually(lambda: got == [event.id])
    released.set()


def test_a_failing_message_waits_in_a_queue_of_its_delay(make_rabbit, address, channel) -> None:
    def never_now(_event: Event) -> None:
        raise Retry("wait")

    bus = RabbitBus(
        "test",
        address,
        [Queue("a.one", ("user.deleted",), never_now)],
        metrics=(metrics := Metrics()),
        settings=Settings((30, 60)),
        known=KNOWN,
    )
    bus.start()
    bus.publish([left()])

    def waiting() -> Any:
        return channel.queue_declare(retry_name("a.one", 30), passive=True).method.message_count

    eventually(waiting)
    bus.measure()
    assert metrics.registry.get_sample_value("outlay_queue_depth", {"queue": "a.one", "state": "retrying"}) == 1
    bus.stop()


def test_the_documented_rights_are_enough_for_the_suite(make_rabbit, broker, address) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operate" / "processes.md").read_text("utf-8")
    own, default = re.findall(r"configure, write and read on `(.+?)` and write on\n`(.+?)`", text)[0]
    vhost = address.url.rsplit("/", 1)[1]
    broker.control("add_user", f"few-{vhost}", "rights")
    broker.control("set_permissions", "-p", vhost, f"few-{vhost}", own, f"{own}|^{default}$", own)
    few = BrokerAddress(url=address.url, user=f"few-{vhost}", password="rights")
    troubles, got, heard = [RuntimeError(n) for n in range(3)], Got(), Got()

    def handler(event: Event) -> None:
        if troubles:
            raise troubles.pop()
        got(event)

    bus = make_rabbit(few, handler, known={**suite_queues(), "budgets.spending": ("user.deleted",)}, queue="budgets.spending")
    bus.listen(heard)
    bus.start()
    bus.publish([event := left()])
    eventually(bus.dead)
    assert bus.replay() == 1
    eventually(lambda: got == [event.id] and heard == [event.id])
