"""The spans of published events and of each attempt to handle one."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.messaging.bus import Queue, Reject, Retry
from chassis.messaging.delivery import Delivery, Message
from chassis.messaging.events import Event, event_maker
from chassis.runtime import context
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.otlp import OtlpSpans
from chassis.runtime.settings import CommonSettings, SettingsError, read_settings
from chassis.runtime.span_export import traces_from
from chassis.runtime.tracing import NO_SPANS, Kind
from testing.fakes.spans import SpansInMemory

TRACE = "0af7651916cd43dd8448eb211c80319c"
WANTED = f"00-{TRACE}-b7ad6b7169203331-01"
USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


def handled(spans: SpansInMemory, handler: Any, **event: str) -> Event:
    made = Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER}, WANTED, "request-1")
    metrics = Metrics(spans=spans)
    queue = Queue("budgets.people", ("user.deleted",), handler)
    Delivery(queue, most_attempts=5, metrics=metrics).attempt(Message(made.to_json(), 1))
    return made


def fail(error: Exception) -> Any:
    def handler(_event: Event) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "outcome", "failure"),
    [
        (lambda _event: None, "handled", ""),
        (fail(Retry("about somebody")), "retried", "retried"),
        (fail(Reject("about somebody")), "dead", "dead"),
        (fail(ValueError("about somebody")), "retried", "retried"),
    ],
)
def test_each_attempt_at_an_event_is_a_span_with_its_outcome(handler: Any, outcome: str, failure: str) -> None:
    spans = SpansInMemory()
    event = handled(spans, handler)
    [span] = spans.spans
    assert (span.service, span.name, span.kind) == ("budgets", "process budgets.people", Kind.CONSUMER)
    assert (span.trace_id, span.parent_id, span.failure) == (TRACE, "b7ad6b7169203331", failure)
    assert span.attributes["outlay.outcome"] == outcome
    assert (span.attributes["messaging.message.id"], span.attributes["outlay.request_id"]) == (event.id, "request-1")
    assert "about somebody" not in str(span)


def test_an_event_that_is_made_while_another_is_handled_is_inside_it() -> None:
    spans, made = SpansInMemory(), []
    make = event_maker("budgets", lambda: datetime.now(UTC), uuid7)
    handled(spans, lambda _event: made.append(make("budget.changed", USER, {"user_id": USER})))
    create, process = spans.spans
    assert (create.name, create.kind, create.service) == ("create budget.changed", Kind.PRODUCER, "budgets")
    assert create.parent_id == process.span_id
    assert made[0].traceparent == f"00-{TRACE}-{create.span_id}-01"


def test_deferred_work_continues_the_trace_that_caused_it() -> None:
    spans = SpansInMemory()
    begun = context.follow("request-1", WANTED, service="notifier", spans=spans)
    token = context.current.set(begun)
    text = context.written()
    context.current.reset(token)
    with pytest.raises(ValueError, match="no"), context.resumed(text, service="notifier", name="deliver mail", spans=spans):  # noqa: SIM117
        with context.span("send mail", Kind.CLIENT, {}):
            raise ValueError("no")
    send, deliver = spans.spans
    assert (send.name, send.parent_id, send.failure) == ("send mail", deliver.span_id, "ValueError")
    assert (deliver.name, deliver.parent_id, deliver.trace_id) == ("deliver mail", begun.span_id, TRACE)
    assert context.current.get() is None


def test_without_tracing_the_senders_sampling_is_passed_on() -> None:
    assert traces_from(read_settings(CommonSettings, {})) is NO_SPANS
    assert context.follow("", WANTED).traceparent.endswith("-01")
    assert context.follow("", "").traceparent.endswith("-00")
    assert not context.follow("", WANTED).recorded


def test_sampling_depends_on_the_trace_id_alone() -> None:
    one, other, none, every = (OtlpSpans("http://127.0.0.1:9", ratio=share) for share in (0.25, 0.25, 0.0, 1.0))
    dice = random.Random(13)
    spread = [f"{dice.getrandbits(128):032x}" for _ in range(4000)]
    assert [one.chooses(each) for each in spread] == [other.chooses(each) for each in spread]
    assert 0.2 < sum(one.chooses(each) for each in spread) / len(spread) < 0.3
    assert not any(none.chooses(each) for each in spread)
    assert all(every.chooses(each) for each in spread)
    for spans in (one, other, none, every):
        spans.close()


@pytest.mark.parametrize(
    "environ", [{"OUTLAY_TRACES": "collector:4318"}, {"OUTLAY_TRACES_SAMPLE": "2"}, {"OUTLAY_TRACES_SAMPLE": "nan"}]
)
def test_invalid_settings_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        read_settings(CommonSettings, environ)
