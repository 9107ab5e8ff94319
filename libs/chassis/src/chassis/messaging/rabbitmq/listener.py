"""Passes events on to listeners without storing them, for open pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pika
from pika.channel import Channel

from chassis.messaging.bus import Handler
from chassis.messaging.events import Event, EventError
from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.connection import BrokerConnection
from chassis.messaging.rabbitmq.topology import EXCHANGE

log = logging.getLogger("outlay.bus")


class Listeners:
    """Listeners on one connection, with one queue that ends with it."""

    def __init__(self, name: str, address: BrokerAddress, patterns: Sequence[str], *, on_gap: Callable[[], None]) -> None:
        """`patterns` are routing keys; `on_gap` is called whenever events begin to arrive, since some may have been missed."""
        self._patterns, self._on_gap = tuple(patterns), on_gap
        self._listeners: list[Handler] = []
        self.link = BrokerConnection(f"{name} listen", address, on_open=self._open)

    def add(self, listener: Handler, *, seconds: float) -> Callable[[], None]:
        """Call `listener` with each event from now on; waits up to some seconds for the broker."""
        self._listeners.append(listener)
        self.link.start()
        self.link.ready.wait(seconds)
        return lambda: self._listeners.remove(listener)

    def stop(self) -> None:
        self.link.stop()

    def _open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._declare)

    def _declare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self.link.channel_closed)
        channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
        channel.queue_declare("", exclusive=True, auto_delete=True, callback=lambda frame: self._bind(channel, frame.method.queue))

    def _bind(self, channel: Channel, queue: str) -> None:
        for pattern in self._patterns:
            channel.queue_bind(queue, EXCHANGE, routing_key=pattern)
        channel.basic_consume(queue, self._on_message, auto_ack=True, callback=lambda _frame: self._opened())

    def _opened(self) -> None:
        self._on_gap()  # before `listening` is true
        self.link.opened()

    def _on_message(self, _channel: Channel, _method: Any, _properties: pika.BasicProperties, body: bytes) -> None:
        try:
            event = Event.from_json(body)
        except EventError as error:  # it becomes a dead letter in the durable queues
            log.debug("unreadable event", extra={"reason": str(error)})
            return
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # a listener's failure must not affect others
                log.exception("a listener fails")
