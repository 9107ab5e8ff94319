"""The built-in assistant answers when Watson Assistant does not, and Watson is not waited for again at once."""

from __future__ import annotations

import time

from assistant.conversation.breaker import Breaker
from assistant.conversation.fallback import AssistantWithFallback, Complete, Fallback
from assistant.conversation.model import AssistantUnavailableError, Message
from support.assistant_fakes import AWAY, RecordingTools, Remote, ScriptedAssistant


def said(text: str = "how much?") -> Message:
    return Message(text, None, {}, None, can_undo=False)  # type: ignore[arg-type]


def replies(answering: AssistantWithFallback, text: str = "how much?") -> list[object]:
    return [item for item in answering.reply(said(text), {}, RecordingTools()) if isinstance(item, Fallback | Complete)]


def test_a_slow_answer_falls_back() -> None:
    answering = AssistantWithFallback(ScriptedAssistant(), Remote(takes=0.5), timeout=0.05)
    fallback, understood = replies(answering)
    assert (fallback, understood.adapter) == (Fallback("timeout"), "builtin")


def test_the_next_message_falls_back_at_once() -> None:
    answering = AssistantWithFallback(ScriptedAssistant(), Remote(takes=0.5), timeout=0.05)
    replies(answering)
    started = time.perf_counter()
    assert replies(answering)[0] == Fallback("away")
    assert time.perf_counter() - started < 0.04


def test_watson_is_tried_again_after_half_a_minute() -> None:
    now = [0.0]
    remote = Remote(fails=AssistantUnavailableError("away"))
    answering = AssistantWithFallback(ScriptedAssistant(), remote, breaker=Breaker(30, monotonic=lambda: now[0]))
    replies(answering)
    remote.fails, now[0] = None, 29.0
    assert replies(answering)[-1].adapter == "builtin"
    now[0] = 31.0
    assert [item.adapter for item in replies(answering)] == ["watson"]
    assert not answering.breaker.open


def test_only_one_message_at_a_time_tries_watson_again() -> None:
    now = [0.0]
    breaker = Breaker(30, monotonic=lambda: now[0])
    breaker.failed()
    now[0] = 31.0
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]


def test_each_assistant_gets_back_its_own_memory() -> None:
    builtin, remote = ScriptedAssistant(), Remote()
    memories = {"watson": {"turns": 3}, "builtin": {"turns": 1}}
    list(AssistantWithFallback(builtin, remote).reply(said(), memories, RecordingTools()))
    remote.fails = AWAY
    list(AssistantWithFallback(builtin, remote).reply(said(), memories, RecordingTools()))
    assert (remote.heard[-1].memory, builtin.heard[-1].memory) == ({"turns": 3}, {"turns": 1})
