"""Exchange, queues and bindings: their names and declarations.

Beside a queue `budgets.spending` there are `budgets.spending.retry.<delay>` for each delay, from which messages return after that
time, and `budgets.spending.dead`. Each delay has a queue of its own, since messages expire at the head of a queue only. All are
quorum queues, and messages move between them at least once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

EXCHANGE = "outlay.events"

_DEFAULT_EXCHANGE = ""
_NO_LIMIT = 1_000_000
"""Listing dead letters delivers them; newer brokers would drop them after twenty deliveries."""


@dataclass(frozen=True)
class QueueDeclaration:
    """A queue with its arguments."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Topology:
    """The durable queues by name with their event types, and their retry delays."""

    queues: Mapping[str, tuple[str, ...]]
    delays: tuple[float, ...]
    delivery_limit: int = 20
    """How often a message may be delivered without an acknowledgement before it becomes a dead letter."""
    routed_types: frozenset[str] = field(init=False)
    """The event types of all durable queues."""

    def __post_init__(self) -> None:
        """Collect the event types."""
        object.__setattr__(self, "routed_types", frozenset(kind for kinds in self.queues.values() for kind in kinds))

    def declarations(self) -> Iterator[QueueDeclaration]:
        """Yield every queue, each after the queues that it refers to."""
        for name in self.queues:
            yield QueueDeclaration(dead_name(name), {"x-queue-type": "quorum", "x-delivery-limit": _NO_LIMIT})
            limit = {"x-delivery-limit": self.delivery_limit}
            yield QueueDeclaration(name, {**_moving_to(dead_name(name)), **limit})
            for delay in self.delays:
                time_to_live = {"x-message-ttl": round(delay * 1000)}
                yield QueueDeclaration(retry_name(name, delay), {**_moving_to(name), **time_to_live})

    def bindings(self) -> Iterable[tuple[str, str]]:
        """Return (queue, routing key)."""
        return [(name, kind) for name, kinds in self.queues.items() for kind in kinds]

    def retry_of(self, name: str, attempts: int) -> str:
        """Return the retry queue for a message after so many attempts."""
        return retry_name(name, self.delays[min(attempts, len(self.delays)) - 1])


def dead_name(queue: str) -> str:
    return f"{queue}.dead"


def retry_name(queue: str, delay: float) -> str:
    """Return the name of the retry queue with this delay in seconds."""
    for seconds, unit in ((60, "m"), (1, "s"), (0.001, "ms")):
        count = round(delay / seconds, 6)
        if count >= 1 and count == int(count):
            return f"{queue}.retry.{int(count)}{unit}"
    raise ValueError(f"a delay of {delay} s is not a whole number of milliseconds")


def _moving_to(queue: str) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": _DEFAULT_EXCHANGE,
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # which the strategy requires
    }


@cache
def suite_queues() -> Mapping[str, tuple[str, ...]]:
    """Return the suite's durable queues and their types, as contracts/asyncapi.yaml promises them.

    Every process declares them all: an event that is published before its consumer's first start waits for it.
    """
    document = yaml.safe_load((files("chassis") / "contracts" / "asyncapi.yaml").read_text("utf-8"))
    queues: dict[str, tuple[str, ...]] = {}
    for kind, channel in sorted(document["channels"].items()):
        for queue in channel["x-outlay-queues"]:
            queues[queue] = (*queues.get(queue, ()), kind)
    return queues


def explain(reply: str) -> str:
    """Explain a refused declaration, with the broker's own words."""
    return (
        f"RabbitMQ already has this queue or exchange with other arguments than this version declares: {reply}. "
        "Nothing is lost: events wait in the outboxes and queues. Let the old version empty the queue, or move its messages, "
        "then delete it, and it is declared again within half a minute; or run the version that declared it."
    )
