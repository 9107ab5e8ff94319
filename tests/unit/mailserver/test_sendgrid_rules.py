"""Each rule that SendGrid publishes for mail/send, with a request that breaks only that one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from testing.mailserver.rules import judge

NOW = 1_800_000_000
GOOD: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "maria@example.com", "name": "Maria"}], "custom_args": {"mail_id": "1"}}],
    "from": {"email": "outlay@example.org"},
    "subject": "Groceries is over",
    "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
    "categories": ["outlay", "budget_exceeded"],
    "headers": {"List-Unsubscribe": "<https://outlay.example/u/1>", "Message-ID": "<1@example.org>"},
    "tracking_settings": {"click_tracking": {"enable": False, "enable_text": False}},
}
PART = GOOD["personalizations"][0]
PLAIN, HTML = GOOD["content"]


def fields(request: Any) -> list[Any]:
    return [problem["field"] for problem in judge(request, now=NOW).problems]


def test_a_good_request_has_no_problem() -> None:
    assert judge(GOOD, now=NOW).problems == []
    assert not judge(GOOD, now=NOW).sandbox
    assert judge({**GOOD, "mail_settings": {"sandbox_mode": {"enable": True}}}, now=NOW).sandbox


@pytest.mark.parametrize("missing", ["personalizations", "from", "subject", "content"])
def test_a_missing_required_field_is_reported(missing) -> None:
    request = copy.deepcopy(GOOD)
    del request[missing]
    assert fields(request) == [missing]


def test_a_template_needs_neither_content_nor_subject() -> None:
    request = {name: value for name, value in GOOD.items() if name not in {"content", "subject"}}
    assert fields({**request, "template_id": "d-1"}) == []


def test_a_subject_on_every_personalization_is_enough() -> None:
    request = {name: value for name, value in GOOD.items() if name != "subject"}
    assert fields({**request, "personalizations": [{**PART, "subject": "One"}]}) == []
    assert fields({**request, "personalizations": [{**PART, "subject": "One"}, PART]}) == ["subject"]


def people(count: int) -> list[dict[str, str]]:
    return [{"email": f"p{number}@example.com"} for number in range(count)]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"to": []}, "personalizations.0.to"),
        ({"to": {"email": "a@b.example"}}, "personalizations.0.to"),
        ({"to": [{"name": "Maria"}]}, "personalizations.0.to.0"),
        ({"to": [{"email": "jürgen@example.com"}]}, "personalizations.0.to.0.email"),
        ({"to": [{"email": "a@example.com, b@example.com"}]}, "personalizations.0.to.0.email"),
        ({"to": [{"email": ""}]}, "personalizations.0.to.0.email"),
        ({**PART, "cc": [{"email": "MARIA@example.com"}]}, "personalizations.0"),
        ({**PART, "bcc": [{"email": "maria@example.com"}]}, "personalizations.0"),
        ({**PART, "subject": ""}, "personalizations.0.subject"),
        ({**PART, "headers": {"Reply-To": "x@example.com"}}, "personalizations.0.headers.Reply-To"),
        ({**PART, "custom_args": {"mail_id": 1}}, "personalizations.0.custom_args"),
        ({**PART, "custom_args": {"a": "x" * 9_999}}, "personalizations.0.custom_args"),
        ({**PART, "send_at": NOW + 72 * 3600 + 1}, "personalizations.0.send_at"),
        ({**PART, "substitutions": {"a": 1}}, "personalizations.0.substitutions"),
        ({**PART, "too": "much"}, "personalizations.0.too"),
        ({"to": people(1_001)}, "personalizations"),
    ],
)
def test_a_personalization_is_checked(part, field) -> None:
    assert fields({**GOOD, "personalizations": [part]}) == [field]


def test_a_thousand_personalizations_are_the_most() -> None:
    parts = [{"to": [person]} for person in people(1_001)]
    assert fields({**GOOD, "personalizations": parts[:1_000]}) == []
    assert fields({**GOOD, "personalizations": parts}) == ["personalizations", "personalizations"]
    assert fields({**GOOD, "personalizations": []}) == ["personalizations"]


def test_the_same_address_may_be_in_two_personalizations() -> None:
    assert fields({**GOOD, "personalizations": [PART, PART]}) == []


def test_custom_arguments_belong_to_personalizations() -> None:
    """The published description says that those of the whole request are a string, and examples give an object."""
    assert fields({**GOOD, "custom_args": {"mail_id": "1"}}) == ["custom_args"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"from": "outlay@example.org"}, "from"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [HTML, PLAIN]}, "content"),
        ({"content": [{"type": "text/calendar", "value": "x"}, PLAIN]}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": "text/plain; charset=utf-8", "value": "x"}]}, "content.0.type"),
        ({"content": [{"value": "x"}]}, "content.0.type"),
        ({"categories": [str(number) for number in range(11)]}, "categories"),
        ({"categories": "outlay"}, "categories"),
        ({"categories": ["x" * 256]}, "categories.0"),
        ({"categories": ["outlay", "outlay"]}, "categories.1"),
        ({"categories": ["Übung"]}, "categories.0"),
        ({"headers": {"DKIM-Signature": "x"}}, "headers.DKIM-Signature"),
        ({"headers": {"X-Kind": 1}}, "headers"),
        ({"headers": {"X Kind": "x"}}, "headers.X Kind"),
        ({"headers": {"X-Kind": "x", "x-kind": "y"}}, "headers"),
        ({"send_at": "tomorrow"}, "send_at"),
        ({"send_at": NOW + 73 * 3600}, "send_at"),
        ({"reply_to": {"email": "a"}}, "reply_to.email"),
        ({"reply_to": {"email": "a@b.example"}, "reply_to_list": [{"email": "a@b.example"}]}, "reply_to_list"),
        ({"batch_id": 1}, "batch_id"),
        ({"ip_pool_name": "x"}, "ip_pool_name"),
        ({"asm": {"group_id": "1"}}, "asm.group_id"),
        ({"asm": {"group_id": 1, "groups_to_display": list(range(26))}}, "asm.groups_to_display"),
        ({"attachments": [{"content": "no base64!", "filename": "a"}]}, "attachments.0.content"),
        ({"attachments": [{"content": "eA==", "filename": "a\r\nb"}]}, "attachments.0.filename"),
        ({"attachments": [{"content": "eA==", "filename": "a", "disposition": "x"}]}, "attachments.0.disposition"),
        ({"mail_settings": {"sandbox_mode": {"enable": "yes"}}}, "mail_settings.sandbox_mode.enable"),
        ({"mail_settings": {"bypass_list_management": {}, "bypass_spam_management": {}}}, "mail_settings.bypass_list_management"),
        ({"tracking_settings": {"click_tracking": True}}, "tracking_settings.click_tracking.enable"),
        ({"sections": {"a": 1}}, "sections"),
        ({"template_id": 5}, "template_id"),
        ({"priority": "high"}, "priority"),
    ],
)
def test_the_rest_of_a_request_is_checked(more, field) -> None:
    assert fields({**GOOD, **more}) == [field]


@pytest.mark.parametrize("request_", [None, [], "mail", 1])
def test_a_body_that_is_not_an_object_is_refused(request_) -> None:
    assert fields(request_) == [None]
