"""Publishes batches with confirms: a batch is safe when the broker has confirmed each message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.channel import Channel

from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.connection import BrokerConnection
from chassis.messaging.rabbitmq.topology import EXCHANGE, Topology
from chassis.messaging.relay import CONFIRM_SECONDS

_CONNECT_SECONDS = 2.0


class BrokerUnavailableError(OSError):
    """The broker is unreachable or accepts nothing; the events are published again later."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the broker."""

    key: str
    body: bytes
    properties: pika.BasicProperties
    exchange: str = EXCHANGE
    mandatory: bool = True
    """Whether a message that reaches no queue counts as failed."""


@dataclass(slots=True)
class _Batch:
    """The messages of one call of `publish` that are still unconfirmed."""

    left: int
    trouble: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def settle(self, trouble: str = "") -> None:
        """Note that a message was confirmed, or has failed."""
        self.left -= 1
        self.trouble = self.trouble or trouble
        if self.left <= 0:
            self.done.set()


class Publisher:
    """Uses a connection of its own, since the broker blocks publishing connections when it runs out of memory or disk."""

    def __init__(
        self, name: str, address: BrokerAddress, topology: Topology, *, on_ready: Callable[[], None] = lambda: None
    ) -> None:
        """Connect on first use. `on_ready` is called whenever publishing becomes possible."""
        self._topology, self._on_ready = topology, on_ready
        self.link = BrokerConnection(f"{name} publish", address, on_open=self._open, on_lost=self._lost)
        self._channel: Channel | None = None
        self._sent = 0
        self._unconfirmed: dict[int, tuple[_Batch, str]] = {}
        self._returned: set[str] = set()

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publish and wait until all are confirmed. After BrokerUnavailableError some may be stored, and be published twice."""
        if not messages:
            return
        self.link.start()
        if not self.link.ready.wait(_CONNECT_SECONDS):
            raise BrokerUnavailableError(self.link.trouble)
        batch = _Batch(len(messages))
        if not self.link.call(lambda: self._send(batch, messages)):
            raise BrokerUnavailableError(self.link.trouble)
        if not batch.done.wait(CONFIRM_SECONDS):
            self.link.reset()  # so that a late confirm does not count for the next batch
            raise BrokerUnavailableError(f"no confirmation within {CONFIRM_SECONDS:.0f} s")
        if batch.trouble:
            raise BrokerUnavailableError(batch.trouble)

    def stop(self) -> None:
        """Fail unconfirmed messages, and disconnect."""
        self.link.stop()
        self._lost()

    def _open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._prepare)

    def _prepare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self.link.channel_closed)
        channel.add_on_return_callback(self._on_return)
        declare(channel, self._topology)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._confirming(channel))

    def _confirming(self, channel: Channel) -> None:
        self._channel, self._sent = channel, 0
        self.link.opened()
        self._on_ready()

    def _send(self, batch: _Batch, messages: Sequence[Outgoing]) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            batch.left = 0
            batch.settle("the connection was lost")
            return
        for message in messages:
            self._sent += 1
            self._unconfirmed[self._sent] = (batch, message.properties.message_id)
            channel.basic_publish(message.exchange, message.key, message.body, message.properties, mandatory=message.mandatory)

    def _on_return(self, _channel: Channel, method: Any, properties: pika.BasicProperties, _body: bytes) -> None:
        self._returned.add(properties.message_id or method.routing_key)

    def _on_confirm(self, frame: Any) -> None:
        tag, good = frame.method.delivery_tag, isinstance(frame.method, pika.spec.Basic.Ack)
        tags = [number for number in self._unconfirmed if number <= tag] if frame.method.multiple else [tag]
        for number in tags:
            batch, message_id = self._unconfirmed.pop(number)
            # A message that reached no queue is returned first, then confirmed.
            returned = message_id in self._returned
            self._returned.discard(message_id)
            batch.settle("no queue is bound to its type yet" if returned else "" if good else "the broker could not store it")

    def _lost(self) -> None:
        self._channel = None
        unconfirmed, self._unconfirmed = self._unconfirmed, {}
        self._returned.clear()
        for batch, _message_id in unconfirmed.values():
            batch.settle("the connection was lost")


def declare(channel: Channel, topology: Topology) -> None:
    """Declare everything without waiting; a refused declaration closes the channel."""
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    for queue in topology.declarations():
        channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
    for name, key in topology.bindings():
        channel.queue_bind(name, EXCHANGE, routing_key=key)
