"""Lists, replays and deletes dead letters in RabbitMQ. For operators, so each call opens a connection."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from chassis.messaging.bus import DeadLetter
from chassis.messaging.delivery import is_about
from chassis.messaging.rabbitmq import messages
from chassis.messaging.rabbitmq.publisher import BrokerUnavailableError
from chassis.messaging.rabbitmq.topology import dead_name, retry_name
from chassis.runtime.clock import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pika.adapters.blocking_connection import BlockingChannel

    from chassis.messaging.rabbitmq.address import BrokerAddress
    from chassis.messaging.rabbitmq.publisher import Outgoing
    from chassis.messaging.rabbitmq.topology import Topology

_NOT_FOUND = 404
_BACK_SECONDS = 2.0
"""How long to wait until letters that were only read are in their queue again."""

if TYPE_CHECKING:
    T = TypeVar("T")
    _Look = Callable[[str, pika.BasicProperties, bytes], T]
    """Called with each letter: queue, properties, body."""


class DeadLetters:
    """The dead letters of some queues."""

    def __init__(self, name: str, address: BrokerAddress, topology: Topology, queues: Sequence[str]) -> None:
        self._name, self._address, self._topology, self._queues = name, address, topology, tuple(queues)

    def dead(self) -> list[DeadLetter]:
        """List them, oldest first. Raises BrokerUnavailableError."""
        found: list[DeadLetter] = []
        with self._channel() as channel:
            for queue in self._queues:
                letters = [_letter(queue, properties, body) for _tag, properties, body in _all(channel, queue)]
                _give_back(channel, queue, len(letters))
                found += letters
        return sorted(found, key=lambda letter: letter.died_at)

    def replay(self, publish: Callable[[Sequence[Outgoing]], None], ids: Sequence[str] | None = None) -> int:
        """Put them back into their queues; each is deleted once its copy is confirmed. Raises BrokerUnavailableError."""

        def again(queue: str, properties: pika.BasicProperties, body: bytes) -> None:
            publish([messages.fresh_copy(queue, properties, body)])

        return self._take(_one_of(ids), again)

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete them. Raises BrokerUnavailableError."""
        return self._take(_one_of(ids), lambda _queue, _properties, _body: None)

    def forget(self, user_id: str) -> int:
        """Delete those about a user whose account was deleted. Raises BrokerUnavailableError."""
        return self._take(lambda _queue, _properties, body: is_about(body, user_id), lambda _queue, _properties, _body: None)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many messages wait by (queue, state): waiting, retrying, dead. Raises BrokerUnavailableError."""
        counts = {}
        with self._channel() as channel:
            for queue in self._queues:
                counts[queue, "waiting"] = _count(channel, queue)
                counts[queue, "dead"] = _count(channel, dead_name(queue))
                counts[queue, "retrying"] = sum(_count(channel, retry_name(queue, delay)) for delay in self._topology.delays)
        return counts

    def _take(
        self, wanted: Callable[[str, pika.BasicProperties, bytes], bool], deal: Callable[[str, pika.BasicProperties, bytes], None]
    ) -> int:
        count = 0
        with self._channel() as channel:
            for queue in self._queues:
                left = 0
                for tag, properties, body in _all(channel, queue):
                    if wanted(queue, properties, body):
                        deal(queue, properties, body)
                        channel.basic_ack(tag)
                        count += 1
                    else:
                        left += 1
                _give_back(channel, queue, left)
        return count

    @contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        """Yield a channel. Closing it returns unacknowledged messages to their queue some time later."""
        try:
            connection = pika.BlockingConnection(self._address.parameters(f"outlay {self._name} letters"))
            try:
                yield connection.channel()
            finally:
                if connection.is_open:
                    connection.close()
        except AMQPError as error:
            raise BrokerUnavailableError(f"{self._address.shown}: {error!r}") from error


def _one_of(ids: Sequence[str] | None) -> _Look[bool]:
    return lambda queue, properties, body: ids is None or _letter(queue, properties, body).id in ids


def _all(channel: BlockingChannel, queue: str) -> Iterator[tuple[int, pika.BasicProperties, bytes]]:
    for _ in range(_count(channel, dead_name(queue))):
        method, properties, body = channel.basic_get(dead_name(queue))
        if method is None:
            return
        yield method.delivery_tag, properties, body


def _give_back(channel: BlockingChannel, queue: str, count: int) -> None:
    """Return unacknowledged messages to their queue, and wait until they are there: the next reader would miss them before."""
    if not count:
        return
    channel.basic_nack(0, multiple=True, requeue=True)
    deadline = time.monotonic() + _BACK_SECONDS
    while _count(channel, dead_name(queue)) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def _count(channel: BlockingChannel, queue: str) -> int:
    asking = channel.connection.channel()  # the broker closes the channel that asks for a queue which does not exist
    try:
        return int(asking.queue_declare(queue, passive=True).method.message_count)
    except ChannelClosedByBroker as error:
        if error.reply_code != _NOT_FOUND:
            raise
        return 0
    finally:
        if asking.is_open:
            asking.close()


def _letter(queue: str, properties: pika.BasicProperties, body: bytes) -> DeadLetter:
    headers = properties.headers or {}
    event_id, kind = _names_in(body)
    return DeadLetter(
        id=str(headers.get(messages.LETTER) or properties.message_id or ""),
        queue=queue,
        event_id=event_id,
        type=kind,
        attempts=messages.attempts_of(properties),
        reason=str(headers.get(messages.REASON) or _reason_of_broker(headers)),
        died_at=str(headers.get(messages.DIED_AT) or _when(headers)),
        body=body.decode("utf-8", "replace"),
    )


def _names_in(body: bytes) -> tuple[str, str]:
    try:
        event = json.loads(body)
        return str(event.get("id", "")), str(event.get("type", "unreadable"))
    except (ValueError, AttributeError, RecursionError):
        return "", "unreadable"


def _reason_of_broker(headers: dict[str, Any]) -> str:
    if headers.get("x-first-death-reason") == "delivery_limit":
        return "delivery limit: processes ended again and again while they handled it"
    return f"moved by the broker: {headers.get('x-first-death-reason', 'no reason given')}"


def _when(headers: dict[str, Any]) -> str:
    deaths = headers.get("x-death") or [{}]
    moment = deaths[0].get("time")
    return to_wire(moment.replace(tzinfo=UTC)) if isinstance(moment, datetime) else ""
