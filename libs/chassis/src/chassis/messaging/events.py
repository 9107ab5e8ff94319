"""Events between services: CloudEvents 1.0 as JSON, described by contracts/events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import jsonschema_rs

from chassis.runtime import context
from chassis.runtime.clock import Clock, to_wire
from chassis.runtime.ids import Ids
from chassis.runtime.tracing import Kind

# json.dumps with options makes a new encoder on each call.
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


MOST_BYTES = 4_000_000
"""The longest event that is accepted; the suite's own are far shorter."""
_SCHEMAS = "urn:outlay:event:"
_WITHOUT_BOOK = frozenset({"user.access_revoked", "user.deleted"})
"""Versions before books accept no further members in these. They may carry `book_id` from the next version on."""


class EventError(Exception):
    """The message is not a valid event and can never be handled."""


class NewerEventError(EventError):
    """The event's version is newer than this process knows; during an upgrade another replica may know it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `type` is also the routing key; `data` follows contracts/events/<type>.json."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    data: Mapping[str, Any]
    traceparent: str = ""
    request_id: str = ""
    text: str = field(default="", compare=False, repr=False)
    """The JSON that it was parsed from, kept for passing it on."""

    def to_json(self) -> str:
        """Return structured-mode CloudEvents JSON."""
        if self.text:
            return self.text
        body: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "dataschema": f"{_SCHEMAS}{self.type}",
        }
        if self.traceparent:
            body |= {"traceparent": self.traceparent, "requestid": self.request_id}
        body["data"] = self.data
        return _ENCODE(body)

    @classmethod
    def from_json(cls, text: str | bytes) -> Event:
        """Parse and validate an event; raises EventError, NewerEventError."""
        if len(text) > MOST_BYTES:
            raise EventError(f"it has {len(text):,} bytes, an event has {MOST_BYTES:,} at most")
        try:
            body = json.loads(text)
            _check_version(body)
            _validator(body["type"]).validate(body)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:  # ValidationError is a ValueError
            raise EventError(_reason(error)) from error
        return cls._of(body, text if isinstance(text, str) else "")

    @classmethod
    def from_trusted_json(cls, text: str) -> Event:
        """Parse an event that this suite wrote, without validation."""
        return cls._of(json.loads(text), text)

    @classmethod
    def _of(cls, body: Mapping[str, Any], text: str) -> Event:
        return cls(
            id=body["id"],
            source=body["source"],
            type=body["type"],
            subject=body["subject"],
            time=body["time"],
            data=body["data"],
            traceparent=body.get("traceparent", ""),
            request_id=body.get("requestid", ""),
            text=text,
        )

    @property
    def book_id(self) -> str:
        """Whose data the event is about. Events of versions before books have only their owner's `user_id`."""
        return str(self.data.get("book_id") or self.data["user_id"])

    @property
    def occurred_at(self) -> datetime:
        return datetime.fromisoformat(self.time)


class MakeEvent(Protocol):
    """Makes a service's events, with id, source and the current trace."""

    def __call__(self, kind: str, subject: str, data: Mapping[str, Any], *, at: datetime | None = None) -> Event:
        """Make an event of now, or of `at`: what follows from a late event happened when that event did."""


def event_maker(source: str, clock: Clock, ids: Ids) -> MakeEvent:

    def make(kind: str, subject: str, data: Mapping[str, Any], *, at: datetime | None = None) -> Event:
        trace, event_id = context.current.get(), ids()
        if "user_id" in data and kind not in _WITHOUT_BOOK:
            data = {"book_id": data["user_id"], **data}
        if trace is not None and trace.recorded:
            trace = trace.inside()
            attributes = {"messaging.system": "outlay", "messaging.operation.type": "create", "messaging.message.id": event_id}
            trace.record(f"create {kind}", Kind.PRODUCER, attributes={**attributes, "outlay.event_type": kind})
        return Event(
            id=event_id,
            source=f"/outlay/{source}",
            type=kind,
            subject=subject,
            time=to_wire(at or clock()),
            data=data,
            traceparent=trace.traceparent if trace else "",
            request_id=trace.request_id if trace else "",
        )

    return make


def declared_events() -> list[str]:
    folder = files("chassis") / "contracts" / "events"
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))


def _reason(error: Exception) -> str:
    """Return what is wrong and where, in one line, without values of the event, which may be personal data."""
    if isinstance(error, jsonschema_rs.ValidationError):
        return f"ValidationError at /{'/'.join(str(step) for step in error.instance_path)}: {error.message}"[:500]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def _check_version(body: Mapping[str, Any]) -> None:
    """Raise NewerEventError if the event's type or version is unknown to this process."""
    schema, kind = body.get("dataschema"), body["type"]
    if not isinstance(schema, str) or not schema.startswith(_SCHEMAS):
        return
    if kind not in _declared():
        raise NewerEventError(f"no event is called {kind} in this version: update this service, then replay")
    if schema != f"{_SCHEMAS}{kind}":
        message = f"it follows the schema {schema!r}, known here is '{_SCHEMAS}{kind}': update this service, then replay"
        raise NewerEventError(message)


@cache
def _declared() -> frozenset[str]:
    return frozenset(declared_events())


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    if kind not in _declared():
        raise KeyError(f"no event is called {kind}")
    schema = (files("chassis") / "contracts" / "events" / f"{kind}.json").read_text("utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True, mask="(its value)")
