"""The event webhook: signed reports only, in whichever order they arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.mailer import UncertainError
from support.notifier_events import ADDRESS
from support.notifier_world import ScriptedMailer
from support.reported_notifier import NOW, ReportedNotifier
from testing.mailserver.signing import SIGNATURE, TIMESTAMP, Signer


@pytest.fixture
def notifier(tmp_path):
    notifier = ReportedNotifier(tmp_path / "notifier").knows()
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    yield notifier
    notifier.service.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({SIGNATURE: ""}, 401),
        ({SIGNATURE: "MEUCIQ=="}, 401),
        ({SIGNATURE: "no base64 at all!"}, 401),
        ({TIMESTAMP: ""}, 401),
        ({TIMESTAMP: str(NOW + 1)}, 401),
        ({TIMESTAMP: "yesterday"}, 401),
    ],
)
def test_unsigned_reports_are_refused(notifier, headers, status) -> None:
    body = json.dumps([notifier.event("bounce")]).encode()
    signed = notifier.signer.headers(body, str(NOW)) if headers else {}
    answer = notifier.post(body, {**signed, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == "/problems/unsigned-report"
    assert (notifier.delivery()["state"], notifier.mail()["state"]) == ("sent", "ok")


def test_a_changed_body_and_another_key_are_refused(notifier) -> None:
    body = json.dumps([notifier.event("bounce")]).encode()
    assert notifier.post(body + b" ", notifier.signer.headers(body, str(NOW))).status_code == 401
    assert notifier.post(body, Signer().headers(body, str(NOW))).status_code == 401
    assert notifier.post(b"\xff\xfe", notifier.signer.headers(b"\xff\xfe", str(NOW))).status_code == 401
    assert notifier.delivery()["state"] == "sent"


@pytest.mark.parametrize("age", [-601, 601, 86_400])
def test_old_and_future_signatures_are_refused(notifier, age) -> None:
    body = json.dumps([notifier.event("bounce")]).encode()
    answer = notifier.post(body, notifier.signer.headers(body, str(NOW - age)))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/stale-report")
    assert notifier.delivery()["state"] == "sent"


def test_a_signature_is_valid_for_ten_minutes(notifier) -> None:
    body = json.dumps([notifier.event("delivered")]).encode()
    assert notifier.post(body, notifier.signer.headers(body, str(NOW - 600))).status_code == 204
    assert notifier.delivery()["state"] == "delivered"


def test_without_a_key_all_reports_are_refused(tmp_path) -> None:
    notifier = ReportedNotifier(tmp_path / "notifier", hook_key="")
    body = b"[]"
    answer = notifier.post(body, notifier.signer.headers(body, str(NOW)))
    assert (answer.status_code, "SENDGRID_HOOK_KEY" in answer.json()["detail"]) == (403, True)
    notifier.service.close()


def test_a_key_of_another_kind_is_reported_at_startup(tmp_path) -> None:
    with pytest.raises(Exception, match="SENDGRID_HOOK_KEY"):
        ReportedNotifier(tmp_path / "notifier", hook_key="AAAA")


def test_a_body_that_is_too_large_is_refused(notifier) -> None:
    body = b"[" + b" " * 1_000_000 + b"]"
    assert notifier.post(body, notifier.signer.headers(body, str(NOW))).status_code == 413


@pytest.mark.parametrize(
    ("event", "state", "detail"),
    [
        ({"event": "processed"}, "sent", ""),
        (
            {"event": "deferred", "response": "451 try later"},
            "deferred",
            "Your email provider has not accepted it yet: 451 try later",
        ),
        ({"event": "delivered", "response": "250 OK"}, "delivered", ""),
        ({"event": "bounce", "reason": "mailbox full"}, "bounced", "Your email provider rejected it: mailbox full"),
        ({"event": "bounce", "type": "blocked"}, "bounced", "Your email provider rejected it."),
        (
            {"event": "dropped", "reason": "Bounced Address"},
            "dropped",
            "Our email service did not send it: an earlier email to your address bounced",
        ),
        ({"event": "dropped", "reason": "Too many links"}, "dropped", "Our email service did not send it: Too many links"),
        ({"event": "spamreport"}, "spam_reported", "You reported one of our emails as spam."),
        (
            {"event": "bounce", "reason": f"550 <{ADDRESS}>\r\n\u202eunknown"},
            "bounced",
            "Your email provider rejected it: 550 the address unknown",
        ),
    ],
)
def test_a_delivery_report_is_shown_in_words(notifier, event, state, detail) -> None:
    notifier.hear(notifier.event(**{"kind": "", **event}))
    assert (notifier.delivery()["state"], notifier.delivery()["detail"]) == (state, detail)
    if state != "sent":
        assert notifier.delivery()["at"] == "2023-11-14T22:13:20Z"
        assert notifier.metrics.registry.get_sample_value("outlay_mails_total", {"kind": "budget.exceeded", "state": state}) == 1


def test_open_browsers_are_notified(notifier) -> None:
    notifier.hear(
        notifier.event("deferred"), notifier.event("delivered", at=1), notifier.event("bounce", at=2, reason="mailbox full")
    )
    heard = [(event.type, event.data.get("state"), event.data.get("detail")) for event in notifier.announced()]
    assert heard[1:] == [
        ("notification.delivered", "sent", ""),
        ("notification.deferred", "deferred", "Your email provider has not accepted it yet."),
        ("notification.delivered", "delivered", ""),
        ("notification.failed", "bounced", "Your email provider rejected it: mailbox full"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_of_reports_does_not_matter(notifier, order) -> None:
    events = [notifier.event(kind, at=at) for at, kind in enumerate(("processed", "deferred", "deferred", "delivered"))]
    for number in order:
        notifier.hear(events[number])
    assert notifier.delivery()["state"] == "delivered"


def test_of_two_deferrals_the_later_counts(notifier) -> None:
    notifier.hear(notifier.event("deferred", at=-5, response="second"))
    notifier.hear(notifier.event("deferred", at=-9, response="first"))
    assert notifier.delivery()["detail"].endswith("second")


def test_a_bounce_after_delivery_counts(notifier) -> None:
    notifier.hear(notifier.event("bounce", at=-5))
    notifier.hear(notifier.event("delivered", at=-9))
    assert notifier.delivery()["state"] == "bounced"


def test_a_replayed_batch_changes_nothing_even_after_try_again(notifier) -> None:
    events = [notifier.event("processed"), notifier.event("bounce")]
    notifier.hear(*events, *events)
    assert notifier.mail()["state"] == "stopped"
    notifier.call("DELETE", "/alerts/preferences/mail-stop")
    announced = len(notifier.announced())
    notifier.hear(*events)
    assert (notifier.mail()["state"], len(notifier.announced())) == ("ok", announced)


def test_malformed_or_unknown_events_do_not_lose_the_rest(notifier) -> None:
    good = notifier.event("delivered")
    unwell: list[Any] = [
        None,
        1,
        "text",
        [],
        {},
        {"event": "delivered"},
        notifier.event("open"),
        notifier.event("group_unsubscribe"),
        notifier.event("delivered", mail_id=uuid7()),
        notifier.event("delivered", mail_id="../../etc/passwd"),
        notifier.event("bounce", mail_id=7),
        notifier.event("bounce", timestamp="soon"),
        notifier.event("bounce", timestamp=True),
        notifier.event("bounce", timestamp=-1),
        notifier.event("bounce", timestamp=1e300),
        notifier.event("nonsense"),
        notifier.event("x" * 100_000),
        {"event": ["bounce"]},
    ]
    notifier.hear(*unwell, good, *unwell)
    assert (notifier.delivery()["state"], notifier.mail()["state"]) == ("delivered", "ok")


def test_an_event_with_a_repeated_key_is_ignored_and_the_rest_counts(notifier) -> None:
    twice = json.dumps(notifier.event("bounce")).replace('{"', '{"event": "delivered", "', 1)
    body = f"[{twice}, {json.dumps(notifier.event('deferred'))}]".encode()
    assert notifier.post(body, notifier.signer.headers(body, str(NOW))).status_code == 204
    assert (notifier.delivery()["state"], notifier.mail()["state"]) == ("deferred", "ok")


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"[" * 100_000, b"null"])
def test_a_signed_body_without_events_is_accepted(notifier, body) -> None:
    answer = notifier.post(body, notifier.signer.headers(body, str(NOW)))
    assert answer.status_code in ((400, 204) if body == b"" else (204,))


def test_a_report_settles_an_uncertain_delivery(tmp_path) -> None:
    notifier = ReportedNotifier(tmp_path / "notifier", mailer=ScriptedMailer(UncertainError("No answer."), reports=True)).knows()
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    with notifier.service.outbox._database.read() as connection:
        mail_id = connection.exec_driver_sql("SELECT id FROM mail").scalar()
    notifier.hear({"event": "processed", "mail_id": mail_id, "email": ADDRESS, "timestamp": NOW, "sg_event_id": "a"})
    assert notifier.delivery()["state"] == "sent"
    notifier.ms += 3_600_000
    assert (notifier.sender.send_due(), notifier.mailer.attempts) == (0, 1)
    notifier.service.close()
