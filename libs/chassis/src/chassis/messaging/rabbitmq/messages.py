"""Events as AMQP messages, and the headers of messages that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pika

from chassis.messaging.events import Event
from chassis.messaging.rabbitmq.publisher import Outgoing
from chassis.messaging.rabbitmq.topology import dead_name
from chassis.runtime.clock import system_clock, to_wire
from chassis.runtime.ids import uuid7

ATTEMPTS = "x-outlay-attempts"
REASON = "x-outlay-reason"
DIED_AT = "x-outlay-died-at"
LETTER = "x-outlay-letter"

_PERSISTENT = 2
_DEFAULT_EXCHANGE = ""
_MOST_REASON = 1000
_SIMPLE = (str, int, float, bytes)
_EARLIER_NOTES = ("x-outlay-", "x-death", "x-first-death", "x-last-death", "x-delivery-count")


def message_of(event: Event, *, mandatory: bool) -> Outgoing:
    """Write an event as structured-mode CloudEvents JSON; trace and request id are in the headers too."""
    headers = {"traceparent": event.traceparent} if event.traceparent else {}
    properties = pika.BasicProperties(
        content_type="application/cloudevents+json",
        content_encoding="utf-8",
        delivery_mode=_PERSISTENT,
        message_id=event.id,
        correlation_id=event.request_id or None,
        timestamp=int(event.occurred_at.timestamp()),
        type=event.type,
        app_id="outlay",
        headers=headers,
    )
    return Outgoing(event.type, event.to_json().encode(), properties, mandatory=mandatory)


def retry_copy(queue: str, properties: pika.BasicProperties, body: bytes, *, attempts: int) -> Outgoing:
    return _copy(queue, properties, body, {ATTEMPTS: attempts})


def dead_copy(queue: str, properties: pika.BasicProperties, body: bytes, *, attempts: int, reason: str) -> Outgoing:
    """Return the message for its queue's dead letters, with the reason."""
    notes = {ATTEMPTS: attempts, REASON: reason[:_MOST_REASON], DIED_AT: to_wire(system_clock()), LETTER: uuid7()}
    return _copy(dead_name(queue), properties, body, notes)


def fresh_copy(queue: str, properties: pika.BasicProperties, body: bytes) -> Outgoing:
    """Return a dead letter as it was before its first attempt."""
    return _copy(queue, properties, body, {})


def attempts_of(properties: pika.BasicProperties) -> int:
    """Return the number of earlier attempts; an invalid header counts as none."""
    attempts = (properties.headers or {}).get(ATTEMPTS, 0)
    return attempts if isinstance(attempts, int) else 0


def _copy(queue: str, properties: pika.BasicProperties, body: bytes, notes: dict[str, Any]) -> Outgoing:
    """Copy only properties that the broker accepts from us; it would refuse another sender's user id, for example."""
    written = pika.BasicProperties(
        content_type=properties.content_type,
        content_encoding=properties.content_encoding,
        delivery_mode=_PERSISTENT,
        message_id=properties.message_id or uuid7(),
        correlation_id=properties.correlation_id,
        timestamp=properties.timestamp,
        type=properties.type,
        app_id=properties.app_id,
        headers={**_harmless(properties.headers or {}), **notes},
    )
    return Outgoing(queue, body, written, exchange=_DEFAULT_EXCHANGE)


def _harmless(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if isinstance(value, _SIMPLE) and not name.startswith(_EARLIER_NOTES)}
