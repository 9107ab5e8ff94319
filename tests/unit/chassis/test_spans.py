"""What becomes a span: at the wrapped, when an event is made, and for each attempt to handle one."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.messaging.bus import Queue, Reject, Retry
from chassis.messaging.delivery import attempt
from chassis.messaging.events import Event, event_maker
from chassis.runtime import context
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.otlp import OtlpSpans
from chassis.runtime.settings import CommonSettings, SettingsError, read_settings
from chassis.runtime.span_export import traces_from
from chassis.runtime.tracing import NO_SPANS, Kind, Span
from chassis.web.health import Health
from chassis.web.middleware.stack import with_middleware

TRACE = "0af7651916cd43dd8448eb211c80319c"
WANTED = f"00-{TRACE}-b7ad6b7169203331-01"
USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


class Kept:
    """Spans in a list."""

    on = True

    def __init__(self, *, chosen: bool = True) -> None:
        self.chosen = chosen
        self.spans: list[Span] = []

    def chooses(self, trace_id: str) -> bool:
        return self.chosen

    def record(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        pass


def ask(spans: Kept, path: str, status: int = 200, **headers: str) -> None:
    """Ask an wrapped, behind which everything has the same answer; with status 0 it is cancelled, with 1 it fails."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        if status <= 1:
            raise ConnectionError if status else asyncio.CancelledError
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(_message: Any) -> None:
        pass

    metrics = Metrics(spans=spans)
    wrapped = with_middleware(app, service="expenses", metrics=metrics, health=Health(metrics, {}), quiet=True)
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": given, "query_string": b"q=secret"}
    asyncio.run(wrapped(scope, receive, send))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/expenses", "GET /api/v1/expenses"),
        (f"/api/v1/budgets/{USER}/history", "GET /api/v1/budgets/*/history"),
        ("/api/v1/email-verifications/abcdef", "GET /api/v1/email-verifications/*"),
        ("/api/v1/openapi.json", "GET /api/v1/openapi.json"),
        ("/assets/index-B2x9.js", "GET /assets/*"),
        ("/", "GET /"),
    ],
)
def test_a_requests_route_contains_no_personal_data(path: str, name: str) -> None:
    spans = Kept()
    ask(spans, path, traceparent=WANTED)
    [span] = spans.spans
    assert (span.name, span.kind, span.service, span.failure) == (name, Kind.SERVER, "expenses", "")
    assert (span.trace_id, span.parent_id) == (TRACE, "b7ad6b7169203331")
    assert "secret" not in str(span)


@pytest.mark.parametrize(
    ("status", "name", "failure"), [(404, "GET", ""), (500, "GET /a", "500"), (503, "GET /a", "503"), (409, "GET /a", "")]
)
def test_a_failure_is_what_the_service_is_to_blame_for(status: int, name: str, failure: str) -> None:
    spans = Kept()
    ask(spans, "/a", status)
    assert [(span.name, span.failure) for span in spans.spans] == [(name, failure)]


def test_a_request_that_breaks_off_is_a_failure() -> None:
    spans = Kept()
    with pytest.raises(asyncio.CancelledError):
        ask(spans, "/a", 0)
    assert [(span.name, span.failure) for span in spans.spans] == [("GET", "broken off")]


def test_an_error_that_nobody_foresaw_is_answered_and_is_a_failure() -> None:
    spans = Kept()
    ask(spans, "/a", 1)
    assert [(span.name, span.failure) for span in spans.spans] == [("GET /a", "500")]


@pytest.mark.parametrize(
    ("chosen", "header", "recorded"),
    [(True, "", 1), (False, "", 0), (False, WANTED, 1), (True, WANTED[:-1] + "0", 0), (True, "00-" + "0" * 32 + WANTED[35:], 1)],
)
def test_who_begins_a_trace_decides_whether_it_is_recorded(chosen: bool, header: str, recorded: int) -> None:
    spans = Kept(chosen=chosen)
    ask(spans, "/a", traceparent=header)
    assert len(spans.spans) == recorded
    assert all(set(span.trace_id) != {"0"} for span in spans.spans)


def handled(spans: Kept, handler: Any, **event: str) -> Event:
    made = Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER}, WANTED, "request-1")
    metrics = Metrics(spans=spans)
    attempt(Queue("budgets.people", ("user.deleted",), handler), made.to_json(), attempts=1, most_attempts=5, metrics=metrics)
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
    spans = Kept()
    event = handled(spans, handler)
    [span] = spans.spans
    assert (span.service, span.name, span.kind) == ("budgets", "process budgets.people", Kind.CONSUMER)
    assert (span.trace_id, span.parent_id, span.failure) == (TRACE, "b7ad6b7169203331", failure)
    assert span.attributes["outlay.outcome"] == outcome
    assert (span.attributes["messaging.message.id"], span.attributes["outlay.request_id"]) == (event.id, "request-1")
    assert "about somebody" not in str(span)


def test_an_event_that_is_made_while_another_is_handled_is_inside_it() -> None:
    spans, made = Kept(), []
    make = event_maker("budgets", lambda: datetime.now(UTC), uuid7)
    handled(spans, lambda _event: made.append(make("budget.changed", USER, {"user_id": USER})))
    create, process = spans.spans
    assert (create.name, create.kind, create.service) == ("create budget.changed", Kind.PRODUCER, "budgets")
    assert create.parent_id == process.span_id
    assert made[0].traceparent == f"00-{TRACE}-{create.span_id}-01"


def test_what_is_put_off_goes_on_inside_what_led_to_it() -> None:
    spans = Kept()
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


def test_off_nothing_is_recorded_and_the_wish_of_the_sender_is_passed_on() -> None:
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
def test_settings_that_cannot_be_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        read_settings(CommonSettings, environ)
