"""A foreign program receives budget.exceeded: docs/operate/events.md, followed to the letter on a real RabbitMQ."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import BrokerAddress, RabbitBus
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.broker import Broker

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate" / "events.md").read_text("utf-8")
QUEUE = "bookkeeping.exceeded"


def block(language: str) -> str:
    """Return the only block of code of a language on the page."""
    [code] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(code)


@dataclass
class Stranger:
    """What an outside subscriber has: an address with its own user; and the suite's bus."""

    url: str
    bus: RabbitBus

    def connection(self) -> pika.BlockingConnection:
        return pika.BlockingConnection(pika.URLParameters(self.url))


@pytest.fixture(scope="module")
def stranger(broker: Broker) -> Iterator[Stranger]:
    vhost = uuid7()
    bus = RabbitBus("test", BrokerAddress(url=broker.add_vhost(vhost)), metrics=Metrics())
    bus.publish([exceeded()])  # Outlay was there before: the exchange exists
    for line in block("sh").splitlines():
        words = shlex.split(line.replace("$PASSWORD", "sesame").replace("-p /", f"-p {vhost}"))
        broker.control(*words[1:])
    yield Stranger(f"amqp://bookkeeping:sesame@127.0.0.1:{broker.port}/{vhost}", bus)
    bus.stop()


def exceeded() -> Event:
    """Return the event of the schema's example with an id of its own."""
    body = json.loads((ROOT / "contracts" / "events" / "budget.exceeded.json").read_text("utf-8"))["examples"][0]
    return Event.from_json(json.dumps({**body, "id": uuid7()}))


@contextmanager
def running(stranger: Stranger, code: str, heard: Path) -> Iterator[None]:
    """Run a program until it is killed, with its output in a file."""
    with heard.open("w") as out:
        program = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "BROKER": stranger.url}, stdout=out)
    try:
        eventually(lambda: state(stranger).consumer_count == 1)
        yield
    finally:
        program.kill()
        program.wait()


def state(stranger: Stranger) -> Any:
    """Return how many events wait in the subscriber's queue, and how many consumers it has."""
    with stranger.connection() as connection:
        channel = connection.channel()
        try:
            return channel.queue_declare(QUEUE, passive=True).method
        except ChannelClosedByBroker:
            return pika.spec.Queue.DeclareOk(QUEUE, 0, 0)


def test_the_documented_subscriber_misses_nothing_while_it_is_down(stranger: Stranger, tmp_path: Path) -> None:
    first, while_away = exceeded(), exceeded()
    with running(stranger, block("python"), tmp_path / "first"):
        stranger.bus.publish([first])
        eventually(lambda: (tmp_path / "first").read_text().endswith("\n"))
    assert (tmp_path / "first").read_text().split() == [first.id, "Groceries", "208.25"]
    stranger.bus.publish([while_away])
    # Two if the subscriber was stopped after it had printed the first event, and before the broker had its acknowledgement.
    eventually(lambda: state(stranger).message_count >= 1)
    with running(stranger, block("python"), tmp_path / "second"):
        eventually(lambda: while_away.id in (tmp_path / "second").read_text())


def test_an_event_that_was_not_acknowledged_comes_again(stranger: Stranger) -> None:
    with stranger.connection() as connection:
        channel = connection.channel()
        channel.queue_declare("bookkeeping.again", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("bookkeeping.again", "outlay.events", routing_key="budget.exceeded")
    event = exceeded()
    stranger.bus.publish([event])
    for _ in range(2):
        with stranger.connection() as connection:
            channel = connection.channel()
            found = eventually(lambda channel=channel: [part for part in channel.basic_get("bookkeeping.again") if part])
            _method, properties, body = found
            assert (properties.message_id, properties.content_type) == (event.id, "application/cloudevents+json")
            assert json.loads(body)["id"] == event.id


@pytest.mark.parametrize("key", ["user.password_reset_requested", "user.#", "#", "expense.recorded"])
def test_its_user_cannot_bind_other_events(stranger: Stranger, key: str) -> None:
    with stranger.connection() as connection:
        channel = connection.channel()
        channel.queue_declare("bookkeeping.nosy", exclusive=True)
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            channel.queue_bind("bookkeeping.nosy", "outlay.events", routing_key=key)


def test_its_user_can_neither_read_the_suites_queues_nor_publish(stranger: Stranger) -> None:
    with stranger.connection() as connection:
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            connection.channel().basic_get("notifier.alerts")
        channel = connection.channel()
        channel.confirm_delivery()
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            channel.basic_publish("outlay.events", "budget.exceeded", b"{}")


def test_the_program_is_as_short_as_documented() -> None:
    lines = [line for line in block("python").splitlines() if line.strip()]
    assert len(lines) <= 12
