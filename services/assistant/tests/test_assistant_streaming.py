"""Answers as server-sent events."""

from __future__ import annotations

import contextvars
import json
from typing import TYPE_CHECKING, Any

import pytest

from assistant.conversation import blocks
from assistant.conversation.streaming import events, wants_events
from chassis.runtime import context
from chassis.runtime.tracing import Kind
from testing.fakes.spans import SpansInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator


def parsed(event: bytes) -> tuple[str, dict[str, Any]]:
    name, data, *_rest = event.decode().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; q=1", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        ("*/*", False),
        ("", False),
        ("text/html, */*", False),
        ("text/html, text/event-stream", True),
    ],
)
def test_events_are_sent_only_if_the_client_prefers_them(accept: str, wanted: bool) -> None:
    assert wants_events(accept) is wanted


def test_an_answer_that_fails_midway_ends_with_a_problem(caplog) -> None:
    def failing() -> Iterator[Any]:
        yield blocks.text("One moment.")
        raise RuntimeError("what the person wrote")

    first, last = (parsed(event) for event in events(failing(), lambda _answer: {}))
    assert first == ("block", {"type": "text", "text": "One moment."})
    assert (last[0], last[1]["status"], last[1]["type"]) == ("problem", 500, "/problems/internal")
    assert "what the person wrote" not in json.dumps(last) + caplog.text


def test_each_event_may_be_fetched_in_another_context() -> None:
    kept = SpansInMemory()
    trace = context.follow("", "", service="assistant", spans=kept)
    token = context.current.set(trace)

    def answering() -> Iterator[Any]:
        with context.span("answer", Kind.INTERNAL, {}):
            yield blocks.text("a")
            yield blocks.text("b")

    found = events(answering(), lambda _answer: {})
    pieces = [contextvars.copy_context().run(next, found, None) for _ in range(3)]
    context.current.reset(token)
    assert [piece and parsed(piece)[1]["text"] for piece in pieces] == ["a", "b", None]
    assert [(span.name, span.failure) for span in kept.spans] == [("answer", "")]


def test_a_client_that_disconnects_ends_the_work() -> None:
    ended = []

    def answering() -> Iterator[Any]:
        try:
            yield blocks.text("a")
            yield blocks.text("b")
        finally:
            ended.append(True)

    found = events(answering(), lambda _answer: {})
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert ended == [True]
