"""Messages while Watson is down, slow, refuses us or sends malformed answers."""

from __future__ import annotations

import time

import pytest

from assistant.conversation.model import AssistantUnavailableError
from support.assistant_chat import Chat, texts_of
from testing.servers.ports import free_ports


def reason_of(chat: Chat, text: str = "hello") -> str:
    with pytest.raises(AssistantUnavailableError) as caught:
        chat.say(text)
    return str(caught.value.reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "unauthorised"),
        (404, "not_found"),
        (408, "timeout"),
        (500, "failed"),
        (502, "failed"),
        (503, "failed"),
        (504, "timeout"),
        (400, "failed"),
        (418, "failed"),
        (302, "failed"),
    ],
)
def test_each_status_has_its_reason(server, watson, status, reason):
    server.fail("message", status, status, status)
    assert reason_of(Chat(watson)) == reason


def test_an_unreachable_watson(server, make):
    (port,) = free_ports(1)
    assert reason_of(Chat(make(server.environ(WATSON_URL=f"http://127.0.0.1:{port}")))) == "unreachable"


def test_an_unreachable_token_server(server, make):
    (port,) = free_ports(1)
    assert reason_of(Chat(make(server.environ(WATSON_IAM_URL=f"http://127.0.0.1:{port}")))) == "unreachable"


def test_an_unknown_key_is_tried_only_once(server, make):
    chat = Chat(make(server.environ(WATSON_APIKEY="another-key")))
    assert [reason_of(chat) for _ in range(3)] == ["unauthorised"] * 3
    assert len(server.of("token")) == 1


def test_a_refused_user_of_cloud_pak(server, make):
    assert reason_of(Chat(make(server.environ_of_cloud_pak(WATSON_CP4D_PASSWORD="wrong")))) == "unauthorised"


def test_one_failed_token_does_not_hold_up_the_next_message(server, watson):
    server.fail("token", 500)
    assert reason_of(Chat(watson)) == "failed"
    begun = time.monotonic()
    assert texts_of(Chat(watson).say("hello")) == "Hello."
    assert time.monotonic() - begun < 10, "the SDK alone would wait for a minute"


def test_a_deleted_assistant(server, watson):
    chat = Chat(watson)
    chat.say("hello")
    server.assistants.clear()
    assert reason_of(chat) == "not_found"


def test_a_deleted_environment(server, watson):
    server.environments.clear()
    assert reason_of(Chat(watson)) == "not_found"


@pytest.mark.parametrize("slow", ["answers", "drips"])
def test_a_slow_answer_is_given_up_in_time(server, make, slow):
    chat = Chat(make(server.environ(), seconds=0.8))
    chat.say("hello")
    server.seconds, server.drips = (10.0, False) if slow == "answers" else (0.0, True)
    begun = time.monotonic()
    assert reason_of(chat) == "timeout"
    assert time.monotonic() - begun < 6


def test_a_slow_token_is_given_up_in_time(server, watson):
    server.seconds = 10.0
    begun = time.monotonic()
    assert reason_of(Chat(watson)) == "timeout"
    assert time.monotonic() - begun < 8


def test_a_message_with_a_lost_answer_is_not_sent_again(server, watson):
    chat = Chat(watson)
    chat.say("hello")
    server.hangs_up = 1
    assert reason_of(chat) == "unreachable"
    assert len(server.of("message")) == 1


def test_beginning_a_session_is_tried_twice(server, watson):
    server.fail("create_session", 503)
    assert texts_of(Chat(watson).say("hello")) == "Hello."


def test_a_message_that_fails_is_not_sent_again(server, watson):
    server.fail("message", 500)
    assert reason_of(Chat(watson)) == "failed"
    assert len(server.of("message")) == 1


def test_a_short_wait_is_respected_and_a_long_one_fails(server, watson):
    chat = Chat(watson)
    server.fail("message", 429, Retry_After="1")
    assert texts_of(chat.say("hello")) == "Hello."
    server.fail("message", 429, Retry_After="30")
    assert reason_of(chat) == "limited"


def test_watson_is_not_called_while_it_limits_us(server, watson):
    server.fail("message", 429, Retry_After="30")
    assert reason_of(Chat(watson)) == "limited"
    before = len(server.requests)
    assert reason_of(Chat(watson)) == "limited"
    assert len(server.requests) == before


def test_a_token_that_stays_refused_is_an_error(server, watson):
    server.fail("create_session", 401, 401, 401)
    assert reason_of(Chat(watson)) == "unauthorised"
    assert len(server.of("create_session")) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"no json",
        b"[]",
        b"null",
        b"{}",
        b'{"output": []}',
        b'{"output": {"generic": {}}}',
        b'{"output": {"generic": ["text"]}}',
        b'{"output": {"generic": [{"response_type": 1}]}}',
        b'{"output": {"generic": [{"response_type": "text", "text": 5}]}}',
        b'{"output": {"generic": [{"response_type": "pause", "time": "soon"}]}}',
        b'{"output": {"generic": [{"response_type": "option", "title": "x"}]}}',
        b'{"output": {"generic": [{"response_type": "search", "primary_results": 1}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined"}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined", "user_defined": {"outlay": {"tool": "delete_everything"}}}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined", "user_defined": {"outlay": {"propose": "delete_account"}}}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined", "user_defined": {"outlay": {"tool": "spending", "sql": "x"}}}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined", "user_defined": {"outlay": {"propose": "add_expense", "amount": "NaN"}}}]}}',
        b'{"output": {"generic": [{"response_type": "user_defined", "user_defined": {"outlay": {"tool": ["spending"]}}}]}}',
        b"\xff\xfe",
        b"9" * 2_000_000,
    ],
)
def test_a_malformed_answer_is_called_malformed(server, watson, answer):
    server.answer = answer
    assert reason_of(Chat(watson)) == "malformed"


def test_no_error_message_contains_the_key(server, make):
    server.fail("create_session", 500, 500)
    with pytest.raises(AssistantUnavailableError) as caught:
        Chat(make(server.environ())).say("a secret question")
    error: BaseException | None = caught.value
    while error is not None:
        assert server.apikey not in str(error)
        assert "a secret question" not in str(error)
        error = error.__cause__
