"""Takes messages from the service's queues and hands them to its handlers."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pika
from pika.channel import Channel

from chassis.messaging.bus import Queue
from chassis.messaging.delivery import GATHER_SECONDS, MOST_TOGETHER, Delivery, Message, Outcome, Settled, erased_user_in
from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.connection import BrokerConnection
from chassis.messaging.rabbitmq.messages import attempts_of, dead_copy, retry_copy
from chassis.messaging.rabbitmq.publisher import BrokerUnavailableError, Publisher, declare
from chassis.messaging.rabbitmq.topology import Topology
from chassis.runtime.metrics import Metrics

log = logging.getLogger("outlay.bus")

PREFETCH = MOST_TOGETHER
"""Messages that one consumer holds: enough to hide the way to the broker, few enough to share among replicas."""
_AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Taken:
    channel: Channel
    tag: int
    properties: pika.BasicProperties
    body: bytes


class Consumer:
    """One connection; for each queue a channel and a thread that handles its messages."""

    def __init__(
        self,
        name: str,
        address: BrokerAddress,
        topology: Topology,
        queues: Sequence[Queue],
        *,
        publisher: Publisher,
        metrics: Metrics,
        forget: Callable[[str], object] = lambda _user_id: None,
    ) -> None:
        """Take the queues to work on; retries and dead letters go through `publisher`, `forget` deletes letters about a user."""
        self._topology, self._queues, self._publisher, self._metrics = topology, tuple(queues), publisher, metrics
        self._forget = forget
        self.link = BrokerConnection(f"{name} consume", address, on_open=self._open)
        self._waiting: dict[str, queue.SimpleQueue[_Taken | None]] = {each.name: queue.SimpleQueue() for each in queues}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._unopened = 0

    def start(self) -> None:
        """Begin to take messages, as soon as the broker is there."""
        self._threads = [
            threading.Thread(target=self._work, args=(each,), name=f"bus:{each.name}", daemon=True) for each in self._queues
        ]
        for thread in self._threads:
            thread.start()
        self.link.start()

    def stop(self, *, seconds: float = 2.5) -> None:
        """Finish the messages in hand, if that is soon; the others go back to their queues."""
        self._stopping.set()
        for waiting in self._waiting.values():
            waiting.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.link.stop()

    def _open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._declare)

    def _declare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self.link.channel_closed)
        declare(channel, self._topology)
        self._unopened = len(self._queues)
        # One answer behind all declarations says that none was refused.
        channel.basic_qos(prefetch_count=1, callback=lambda _frame: self._open_queues(channel.connection))

    def _open_queues(self, connection: pika.SelectConnection) -> None:
        if not self._queues:  # auth listens to nobody
            self.link.opened()
        for each in self._queues:
            connection.channel(on_open_callback=lambda channel, each=each: self._consume(channel, each))

    def _consume(self, channel: Channel, each: Queue) -> None:
        waiting = self._waiting[each.name]

        def on_message(channel: Channel, method: Any, properties: pika.BasicProperties, body: bytes) -> None:
            waiting.put(_Taken(channel, method.delivery_tag, properties, body))

        channel.add_on_close_callback(self.link.channel_closed)
        channel.add_on_cancel_callback(lambda _frame: self.link.reset())  # somebody deleted the queue: declare it again
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(each.name, on_message, callback=lambda _frame: self._consuming())

    def _consuming(self) -> None:
        self._unopened -= 1
        if self._unopened == 0:
            self.link.opened()

    def _work(self, each: Queue) -> None:
        delivery = Delivery(each, most_attempts=len(self._topology.delays) + 1, metrics=self._metrics, system="rabbitmq")
        while not self._stopping.is_set():
            in_hand = self._take(each)
            try:
                for taken, settled in zip(in_hand, self._outcomes(delivery, in_hand), strict=False):
                    self._settle(each, taken, settled)
            except Exception:  # a thread that dies would leave the queue alone; the messages come again
                log.exception("a message was not settled", extra={"queue": each.name})
                self.link.reset()
            if in_hand and each.transaction is not None and self._waiting[each.name].empty():
                self._stopping.wait(GATHER_SECONDS)

    def _take(self, each: Queue) -> list[_Taken]:
        """Wait for a message, and return it with those that can be handled together with it."""
        waiting, most = self._waiting[each.name], 1 if each.transaction is None else MOST_TOGETHER
        taken = [waiting.get()]
        while len(taken) < most and not waiting.empty():  # this thread alone takes
            taken.append(waiting.get())
        # The broker redelivers the messages of a lost connection.
        return [one for one in taken if one is not None and one.channel.is_open]

    def _outcomes(self, delivery: Delivery, in_hand: Sequence[_Taken]) -> Iterator[Settled]:
        messages = [Message(taken.body, attempts_of(taken.properties) + 1) for taken in in_hand]
        return delivery.attempt_all(messages, stopping=self._stopping.is_set)

    def _settle(self, each: Queue, taken: _Taken, settled: Settled) -> None:
        attempts = attempts_of(taken.properties) + 1
        if settled.outcome is Outcome.RETRIED:
            copy = retry_copy(self._topology.retry_of(each.name, attempts), taken.properties, taken.body, attempts=attempts)
        elif settled.outcome is Outcome.DEAD:
            copy = dead_copy(each.name, taken.properties, taken.body, attempts=attempts, reason=settled.reason)
        else:
            if user_id := erased_user_in(each, taken.body):
                self._forget(user_id)  # if the broker goes away meanwhile, the message comes again
            self._acknowledge(taken)
            return
        while taken.channel.is_open and not self._stopping.is_set():
            try:
                self._publisher.publish([copy])
            except BrokerUnavailableError:
                self._stopping.wait(_AGAIN_SECONDS)  # kept in hand: giving it back would bring it at once, and count
            else:
                self._acknowledge(taken)
                return

    def _acknowledge(self, taken: _Taken) -> None:
        def acknowledge() -> None:
            if taken.channel.is_open:
                taken.channel.basic_ack(taken.tag)

        self.link.call(acknowledge)
