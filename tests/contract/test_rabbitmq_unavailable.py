"""The bus on RabbitMQ while its broker is cut off, full, killed, misconfigured or not trusted."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import BrokerAddress, BrokerUnavailableError, RabbitBus
from testing.fakes.rabbit import Got, left
from testing.servers.broker import Broker
from testing.servers.ports import free_ports
from testing.servers.proxy import Board, Mode
from testing.waiting import eventually


def test_every_process_declares_all_queues_so_no_event_is_lost(make_rabbit, address) -> None:
    make_rabbit(address).publish([event := left()])
    got = Got()
    make_rabbit(address, got).start()
    eventually(lambda: got == [event.id])


def test_connections_that_are_cut_are_made_again_and_nothing_is_lost(make_rabbit, broker, address) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", broker.port)])
        there = proxy.address
        through = BrokerAddress(url=address.url.replace(f"127.0.0.1:{broker.port}", there))
        got, heard, gaps = Got(), Got(), []
        bus = make_rabbit(through, got, on_gap=lambda: gaps.append(1))
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
                except BrokerUnavailableError:
                    time.sleep(0.1)
            events.append(event.id)
        eventually(lambda: set(got) == set(events))
        assert bus.dead() == []
        eventually(lambda: gaps)


def test_a_broker_that_confirms_nothing_is_noticed_and_reported(make_rabbit, broker, address) -> None:
    with Board() as board:
        proxy = board.proxy([("127.0.0.1", broker.port)])
        proxy.set(Mode.BLACKHOLE)
        there = proxy.address
        bus = make_rabbit(BrokerAddress(url=address.url.replace(f"127.0.0.1:{broker.port}", there)))
        with pytest.raises(BrokerUnavailableError):
            bus.publish([left()])
        proxy.set(Mode.PASS)
        proxy.cut()
        eventually(lambda: _published(bus, left()))


def _published(bus: RabbitBus, event: Event) -> bool:
    try:
        bus.publish([event])
    except BrokerUnavailableError:
        return False
    return True


def test_publishing_reports_a_broker_without_memory_and_recovers(make_rabbit, tmp_path: Path) -> None:
    own = Broker(tmp_path / "own").start()
    try:
        got, ready = Got(), []
        bus = make_rabbit(BrokerAddress(url=own.url()), got, on_ready=lambda: ready.append(1))
        bus.start()
        bus.publish([first := left()])
        own.control("set_vm_memory_high_watermark", "0")
        eventually(lambda: not _published(bus, left()))
        with pytest.raises(BrokerUnavailableError):
            bus.check_publishing()
        before = len(ready)
        own.control("set_vm_memory_high_watermark", "0.6")
        eventually(lambda: _published(bus, left()))
        assert len(ready) > before, "whoever has something to publish is told that it is possible again"
        # The same broker is killed, and comes back with what it had.
        own.kill()
        eventually(lambda: not _published(bus, left()))
        own.start()
        last = left()
        eventually(lambda: _published(bus, last))
        eventually(lambda: {first.id, last.id} <= set(got))
    finally:
        own.close()


def test_a_queue_with_other_arguments_is_explained_until_deleted(make_rabbit, address, channel, caplog) -> None:
    channel.queue_declare("a.one", durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3})
    bus = make_rabbit(address, Got())
    with caplog.at_level(logging.WARNING):
        bus.start()
        eventually(lambda: "inequivalent arg" in bus._publisher.link.trouble)
        with pytest.raises(BrokerUnavailableError, match="inequivalent arg"):
            bus.publish([left()])
    eventually(lambda: "Nothing is lost" in bus._consumer.link.trouble)
    with pytest.raises(BrokerUnavailableError, match="Nothing is lost"):
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
def test_a_missing_broker_is_explained_without_the_password(make_rabbit, address, caplog, change, words) -> None:
    bus = make_rabbit(BrokerAddress(url=change(address.url)), Got())
    with caplog.at_level(logging.WARNING):
        bus.start()
        eventually(lambda: words in bus._publisher.link.trouble and words in bus._consumer.link.trouble)
        with pytest.raises(BrokerUnavailableError, match=words):
            bus.publish([left()])
    password = address.url.split(":")[2].split("@")[0]
    assert password not in "".join(str(vars(record)) for record in caplog.records if record.name.startswith("outlay"))


def test_tls_is_checked_against_the_authority_that_is_given(make_rabbit, broker, address) -> None:
    secure = address.url.replace("amqp:", "amqps:").replace(str(broker.port), str(broker.tls_port))
    make_rabbit(BrokerAddress(url=secure, ca=broker.folder / "tls" / "ca.pem")).publish([left()])
    trusting_nobody = make_rabbit(BrokerAddress(url=secure))
    trusting_nobody.connect()
    eventually(lambda: "CERTIFICATE_VERIFY_FAILED" in trusting_nobody._publisher.link.trouble)
    with pytest.raises(BrokerUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        trusting_nobody.publish([left()])


@pytest.mark.parametrize("url", ["http://x", "amqp:///nowhere", "amqp://u:p@host:port/", ""])
def test_an_invalid_address_is_refused(url) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the text is for people
        BrokerAddress(url=url)
