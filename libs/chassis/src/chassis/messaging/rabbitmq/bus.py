"""The bus on RabbitMQ."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from chassis.messaging.bus import DeadLetter, Handler, Queue, Settings
from chassis.messaging.events import Event
from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.consumer import Consumer
from chassis.messaging.rabbitmq.dead_letters import DeadLetters
from chassis.messaging.rabbitmq.listener import Listeners
from chassis.messaging.rabbitmq.messages import message_of
from chassis.messaging.rabbitmq.publisher import BrokerUnavailableError, Publisher
from chassis.messaging.rabbitmq.topology import Topology, suite_queues
from chassis.runtime.metrics import Metrics


class RabbitBus:
    """The port Bus. It connects on first use, and a process can start while the broker is unreachable."""

    def __init__(
        self,
        name: str,
        address: BrokerAddress,
        queues: Sequence[Queue] = (),
        *,
        metrics: Metrics,
        settings: Settings | None = None,
        known: Mapping[str, tuple[str, ...]] | None = None,
        dead_letters_of: Sequence[str] = (),
        patterns: Sequence[str] = ("#",),
        listen_seconds: float = 5.0,
        on_ready: Callable[[], None] = lambda: None,
        on_gap: Callable[[], None] = lambda: None,
    ) -> None:
        """`name` is how the broker lists the connections; `queues` are those whose handlers run here.

        `known` are all queues of the suite, with their types; `dead_letters_of` are queues whose dead letters can be listed,
        replayed and purged, beside those of `queues`; `patterns` are the routing keys of listeners, and
        `listen_seconds` how long the first listener waits for the broker;
        `on_ready` is called whenever publishing has become possible, `on_gap` when listeners may have missed something.
        """
        self._metrics = metrics
        self._topology = Topology(suite_queues() if known is None else known, (settings or Settings()).delays)
        names = [*(queue.name for queue in queues), *dead_letters_of]
        self._listen_seconds = listen_seconds
        self._publisher = Publisher(name, address, self._topology, on_ready=on_ready)
        self._letters = DeadLetters(name, address, self._topology, names)
        self._consumer = Consumer(
            name, address, self._topology, queues, publisher=self._publisher, metrics=metrics, forget=self._letters.forget
        )
        self._listeners = Listeners(name, address, patterns, on_gap=on_gap)
        self._consuming = False

    def publish(self, events: Sequence[Event]) -> None:
        """Publish with confirms; returns when every event is in every queue of its type. Raises BrokerUnavailableError."""
        self._publisher.publish([message_of(event, mandatory=event.type in self._topology.routed_types) for event in events])

    def listen(self, listener: Handler) -> Callable[[], None]:
        """Call `listener` with each event from now on; returns a function that stops it."""
        return self._listeners.add(listener, seconds=self._listen_seconds)

    def connect(self) -> None:
        """Connect for publishing now, so that the first event does not have to wait."""
        self._publisher.link.start()

    def start(self) -> None:
        """Start delivering to the handlers as soon as the broker is reachable."""
        self.connect()
        self._consumer.start()
        self._consuming = True

    def stop(self) -> None:
        """Finish current messages and disconnect, within five seconds."""
        if self._consuming:
            self._consumer.stop()
        ends = [threading.Thread(target=end) for end in (self._publisher.stop, self._listeners.stop)]
        for end in ends:
            end.start()
        for end in ends:
            end.join()

    def dead(self) -> list[DeadLetter]:
        """List the dead letters of its queues, oldest first. Raises BrokerUnavailableError."""
        return self._letters.dead()

    def replay(self, ids: Sequence[str] | None = None) -> int:
        """Put dead letters back into their queues, with all their attempts. Raises BrokerUnavailableError."""
        return self._letters.replay(self._publisher.publish, ids)

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete dead letters. Raises BrokerUnavailableError."""
        return self._letters.purge(ids)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many messages there are by (queue, state): waiting, retrying, dead. Raises BrokerUnavailableError."""
        return self._letters.counts()

    def measure(self) -> None:
        """Update the gauges of waiting, retrying and dead messages. Raises BrokerUnavailableError."""
        for (queue, state), count in self.counts().items():
            self._metrics.queue_depth.labels(queue, state).set(count)

    def check_publishing(self) -> None:
        """Raise BrokerUnavailableError if publishing is impossible at present."""
        self._publisher.link.start()
        if self._publisher.link.trouble:
            raise BrokerUnavailableError(self._publisher.link.trouble)

    def check_consuming(self) -> None:
        """Raise BrokerUnavailableError if the broker delivers nothing at present."""
        if self._consumer.link.trouble:
            raise BrokerUnavailableError(self._consumer.link.trouble)

    @property
    def listening(self) -> bool:
        """Whether listeners receive events at present."""
        return not self._listeners.link.trouble

    def check_listening(self) -> None:
        """Raise BrokerUnavailableError if listeners receive no events at present."""
        if self._listeners.link.trouble:
            raise BrokerUnavailableError(self._listeners.link.trouble)
