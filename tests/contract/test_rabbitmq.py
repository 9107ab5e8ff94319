"""What the bus on RabbitMQ has to bear beyond the port: brokers that are away, strangers' messages, processes that die."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pika
import pytest

from chassis.bus import Later, Queue, Settings
from chassis.bus.rabbitmq import BrokerAddress, BusAwayError, RabbitBus
from chassis.bus.rabbitmq.topology import EXCHANGE, Topology, retry_name, suite_queues
from chassis.events import Event
from chassis.ids import uuid7
from chassis.metrics import Metrics
from support.broker import Broker, free_ports
from support.client import eventually
from support.proxy import Board, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pika.adapters.blocking_connection import BlockingChannel

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
KNOWN = {"a.one": ("user.deleted",)}


def left(**more: Any) -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER}, **more)


@pytest.fixture
def address(broker: Broker) -> BrokerAddress:
    """A virtual host of its own."""
    return BrokerAddress(url=broker.add_vhost(uuid7()))


@pytest.fixture
def make_bus() -> Iterator[Callable[..., RabbitBus]]:
    made: list[RabbitBus] = []

    def make(address: BrokerAddress, handler: Any = None, *, known: Any = KNOWN, queue: str = "a.one", **options: Any) -> RabbitBus:
        queues = [Queue(queue, known.get(queue, ()), handler)] if handler is not None else []
        made.append(RabbitBus("test", address, queues, metrics=Metrics(), settings=Settings((0.05, 0.05)), known=known, **options))
        return made[-1]

    yield make
    for bus in made:
        bus.stop()


@pytest.fixture
def channel(address: BrokerAddress) -> Iterator[BlockingChannel]:
    """Somebody else's channel to the same virtual host."""
    connection = pika.BlockingConnection(address.parameters("stranger"))
    yield connection.channel()
    if connection.is_open:
        connection.close()


class Got(list[str]):
    """A handler that keeps the ids that it gets."""

    def __call__(self, event: Event) -> None:
        self.append(event.id)


def test_a_message_says_in_its_headers_what_it_is_and_where_it_comes_from(make_bus, address, channel) -> None:
    bus = make_bus(address)
    bus.publish([])
    event = left(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", request_id="req-12345678")
    bus.publish([event])
    _method, properties, body = channel.basic_get("a.one")
    assert json.loads(body)["specversion"] == "1.0"
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
    assert (properties.message_id, properties.correlation_id, properties.type) == (event.id, "req-12345678", "user.deleted")
    assert properties.headers["traceparent"] == event.traceparent


def test_every_process_declares_what_others_listen_to_so_that_nothing_is_published_into_the_void(make_bus, address) -> None:
    make_bus(address).publish([event := left()])
    got = Got()
    make_bus(address, got).start()
    eventually(lambda: got == [event.id])


def test_an_event_that_a_queue_should_take_and_none_does_is_not_taken_for_safe(make_bus, address, channel) -> None:
    bus = make_bus(address)
    bus.publish([left()])
    channel.queue_unbind("a.one", EXCHANGE, "user.deleted")
    with pytest.raises(BusAwayError, match="no queue takes it yet"):
        bus.publish([left(), left()])
    channel.queue_bind("a.one", EXCHANGE, "user.deleted")
    bus.publish([left()])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe\x00", "UnicodeDecodeError"),
        (b"{", "JSONDecodeError"),
        (b"[" * 100_000, "RecursionError"),
        (b"[]", "'list' object"),
        (b'{"type": "nothing.known"}', "no event is called nothing.known"),
        (left().to_json().replace("user_id", "who").encode(), "was unexpected"),
        (left().to_json().replace("urn:outlay:event:user.deleted", "urn:outlay:event:user.deleted:2").encode(), "update this service, then replay"),
        (b'{"type": "user.deleted", "x": "' + b"x" * 20_000_000 + b'"}', "20,000,033 bytes"),
    ],
    ids=["undecodable", "no JSON", "deep", "a list", "unknown", "breaks its schema", "of a future version", "20 MB"],
)  # fmt: skip
def test_what_cannot_be_read_is_dead_with_its_reason_and_disturbs_nothing(make_bus, address, channel, body, reason) -> None:
    got = Got()
    bus = make_bus(address, got)
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


def test_a_dead_letter_can_be_looked_at_any_number_of_times_and_replayed_as_it_was(make_bus, address, channel) -> None:
    troubles = [RuntimeError("a"), RuntimeError("b"), RuntimeError("c")]
    got = Got()

    def handler(event: Event) -> None:
        if troubles:
            raise troubles.pop()
        got(event)

    bus = make_bus(address, handler)
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


def test_a_message_of_which_processes_die_is_a_dead_letter_in_the_end(make_bus, address, channel) -> None:
    """The delivery limit, and that the broker moves it at least once: its word, not ours."""
    bus = make_bus(address)
    bus.publish([event := left()])
    limit = Topology(KNOWN, (1,)).delivery_limit
    for _ in range(limit + 1):
        connection = pika.BlockingConnection(address.parameters("dies"))
        dying = connection.channel()
        while dying.basic_get("a.one")[0] is None:
            time.sleep(0.05)
        connection.close()
    looked = make_bus(address, letters_of=["a.one"])
    [letter] = eventually(looked.dead)
    assert (letter.event_id, letter.id) == (event.id, event.id)
    assert letter.reason.startswith("delivery limit")
    assert letter.died_at
    assert looked.replay() == 1
    assert channel.basic_get("a.one")[1].message_id == event.id


def test_connections_that_are_cut_are_made_again_and_nothing_is_lost(make_bus, broker, address) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", broker.port)])
        there = proxy.address
        through = BrokerAddress(url=address.url.replace(f"127.0.0.1:{broker.port}", there))
        got, heard, gaps = Got(), Got(), []
        bus = make_bus(through, got, on_gap=lambda: gaps.append(1))
        bus.listen(heard)
        bus.start()
        events = []
        for number in range(200):
            if number % 50 == 10:
                proxy.cut()
            event = left()
            for _ in range(50):
                try:
                    bus.publish([event])
                    break
                except BusAwayError:
                    time.sleep(0.1)
            events.append(event.id)
        eventually(lambda: set(got) == set(events))
        assert bus.dead() == []
        eventually(lambda: gaps)


def test_a_broker_that_swallows_everything_is_noticed_and_publishing_says_so(make_bus, broker, address) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", broker.port)])
        proxy.set(Mode.BLACKHOLE)
        there = proxy.address
        bus = make_bus(BrokerAddress(url=address.url.replace(f"127.0.0.1:{broker.port}", there)))
        with pytest.raises(BusAwayError):
            bus.publish([left()])
        proxy.set(Mode.PASS)
        proxy.cut()
        eventually(lambda: _published(bus, left()), seconds=20)


def _published(bus: RabbitBus, event: Event) -> bool:
    try:
        bus.publish([event])
    except BusAwayError:
        return False
    return True


def test_while_the_broker_is_out_of_memory_publishing_says_so_and_goes_on_afterwards(make_bus, tmp_path: Path) -> None:
    own = Broker(tmp_path / "own").start()
    try:
        got, ready = Got(), []
        bus = make_bus(BrokerAddress(url=own.url()), got, on_ready=lambda: ready.append(1))
        bus.start()
        bus.publish([first := left()])
        own.control("set_vm_memory_high_watermark", "0")
        eventually(lambda: not _published(bus, left()))
        with pytest.raises(BusAwayError):
            bus.check_publishing()
        before = len(ready)
        own.control("set_vm_memory_high_watermark", "0.6")
        eventually(lambda: _published(bus, left()), seconds=20)
        assert len(ready) > before, "whoever has something to publish is told that it is possible again"
        # The same broker is killed, and comes back with what it had.
        own.kill()
        eventually(lambda: not _published(bus, left()))
        own.start()
        last = left()
        eventually(lambda: _published(bus, last), seconds=30)
        eventually(lambda: {first.id, last.id} <= set(got), seconds=20)
    finally:
        own.close()


def test_a_queue_that_exists_with_other_arguments_is_explained_and_taken_up_when_it_is_gone(
    make_bus, address, channel, caplog
) -> None:
    channel.queue_declare("a.one", durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3})
    bus = make_bus(address, Got())
    with caplog.at_level(logging.WARNING):
        bus.start()
        with pytest.raises(BusAwayError, match="inequivalent arg"):
            bus.publish([left()])
    with pytest.raises(BusAwayError, match="Nothing is lost"):
        bus.check_consuming()
    explanations = [record for record in caplog.records if "other arguments" in str(vars(record).get("reason", ""))]
    assert len(explanations) in {1, 2}, "once for each connection, and not in a loop"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("outlay:", "outlay:wrong"), "refuses this user and password"),
        (lambda url: url.rsplit("/", 1)[0] + "/nowhere", "does not let this user into the virtual host"),
        (lambda _url: f"amqp://u:p@127.0.0.1:{free_ports(1)[0]}/", "cannot be reached"),
    ],
    ids=["a wrong password", "a wrong virtual host", "nobody there"],
)
def test_why_there_is_no_broker_is_said_in_words_and_without_the_password(make_bus, address, caplog, change, words) -> None:
    bus = make_bus(BrokerAddress(url=change(address.url)), Got())
    with caplog.at_level(logging.WARNING):
        bus.start()
        with pytest.raises(BusAwayError, match=words):
            bus.publish([left()])
        eventually(lambda: words in bus._consumer.link.trouble)
    password = address.url.split(":")[2].split("@")[0]
    assert password not in "".join(str(vars(record)) for record in caplog.records if record.name.startswith("outlay"))


def test_tls_is_checked_against_the_authority_that_is_given(make_bus, broker, address) -> None:
    secure = address.url.replace("amqp:", "amqps:").replace(str(broker.port), str(broker.tls_port))
    make_bus(BrokerAddress(url=secure, ca=broker.folder / "tls" / "ca.pem")).publish([left()])
    with pytest.raises(BusAwayError, match="CERTIFICATE_VERIFY_FAILED"):
        make_bus(BrokerAddress(url=secure)).publish([left()])


@pytest.mark.parametrize("url", ["http://x", "amqp:///nowhere", "amqp://u:p@host:port/", ""])
def test_an_address_that_is_none_is_refused(url) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the text is for people
        BrokerAddress(url=url)


def test_two_replicas_share_the_work_and_one_that_stops_hands_back_what_it_has(make_bus, address) -> None:
    one, two, held = Got(), Got(), threading.Event()

    def slow(event: Event) -> None:
        one(event)
        held.wait(0.05)

    first, second = make_bus(address, slow), make_bus(address, two)
    first.start()
    second.start()
    events = [left() for _ in range(150)]
    first.publish(events)
    eventually(lambda: one and two)
    held.set()
    started = time.monotonic()
    first.stop()
    assert time.monotonic() - started < 5
    eventually(lambda: set(one) | set(two) == {event.id for event in events})
    assert len(one) + len(two) == len(events), "what was in hand was settled, the rest went to the other"


def test_a_failing_message_waits_in_a_queue_of_its_delay(make_bus, address, channel) -> None:
    def never_now(_event: Event) -> None:
        raise Later("wait")

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
    bus.depths()
    assert metrics.registry.get_sample_value("outlay_queue_depth", {"queue": "a.one", "state": "retrying"}) == 1
    bus.stop()


def test_a_user_with_the_rights_that_the_documentation_lists_can_do_all_that_the_suite_does(make_bus, broker, address) -> None:
    text = (Path(__file__).parents[2] / "docs" / "processes.md").read_text("utf-8")
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

    bus = make_bus(few, handler, known={**suite_queues(), "budgets.spending": ("user.deleted",)}, queue="budgets.spending")
    bus.listen(heard)
    bus.start()
    bus.publish([event := left()])
    eventually(bus.dead)
    assert bus.replay() == 1
    eventually(lambda: got == [event.id] and heard == [event.id])
