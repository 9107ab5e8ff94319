"""The event webhook: signed reports only, in whichever order they arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.mailer import UncertainError
from support.asgi import call
from support.notifier_events import ADDRESS, OTHER, USER, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier, ScriptedMailer
from testing.mailserver.signing import SIGNATURE, TIMESTAMP, Signer

NOW = 1_700_000_000


class ReportedNotifier(RunningNotifier):
    """A notifier that receives delivery reports, with one alert whose email was accepted."""

    def __init__(self, folder, **more: Any) -> None:
        self.signer = Signer()
        more = {"mailer": ScriptedMailer(), "hook_key": self.signer.public_key, **more}
        super().__init__(folder, ms=NOW * 1000, **more)

    def post(self, body: bytes, headers: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/json", **headers}
        return call(self.service.web, "POST", "/hooks/sendgrid", headers=headers, content=body)

    def hear(self, *events: dict[str, Any]) -> None:
        body = json.dumps(events).encode()
        answer = self.post(body, self.signer.headers(body, str(self.ms // 1000)))
        assert answer.status_code == 204, answer.text

    def mail_id(self) -> str:
        return str(self.mailer.sent[-1].mail_id)

    def event(self, kind: str, *, at: int = 0, **more: Any) -> dict[str, Any]:
        known = {"event": kind, "mail_id": self.mail_id(), "email": ADDRESS, "timestamp": NOW + at, "sg_event_id": uuid7()}
        return {**known, **more}

    def delivery(self) -> dict[str, str]:
        [delivery] = self.alerts()[0]["deliveries"]
        return dict(delivery)

    def mail(self) -> dict[str, Any]:
        return dict(self.call("GET", "/alerts/preferences").json()["mail"])


@pytest.fixture
def notifier(tmp_path):
    notifier = ReportedNotifier(tmp_path / "notifier").knows()
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    yield notifier
    notifier.service.close()


def another_mail(notifier: ReportedNotifier) -> None:
    notifier.tell("budget.exceeded", crossing_id=uuid7())
    notifier.sender.send_due()


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


# What stops mail


@pytest.mark.parametrize(
    ("event", "stopped"),
    [
        ({"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such user"}, True),
        ({"event": "bounce", "type": "blocked", "reason": "blocked by a list"}, False),
        ({"event": "dropped", "reason": "Bounced Address"}, True),
        ({"event": "dropped", "reason": "Invalid"}, True),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, True),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, False),
        ({"event": "spamreport"}, True),
        ({"event": "deferred"}, False),
    ],
)
def test_an_address_that_bounces_gets_no_more_emails(notifier, event, stopped) -> None:
    notifier.hear(notifier.event(**{"kind": "", **event}))
    another_mail(notifier)
    assert (len(notifier.mailer.sent), notifier.mail()["state"]) == ((1, "stopped") if stopped else (2, "ok"))
    if stopped:
        assert notifier.delivery()["state"] == "skipped"
        assert notifier.delivery()["detail"] == f"Emails to your address have stopped. {notifier.mail()['reason']}"
        assert notifier.mail()["since"] == "2023-11-14T22:13:20Z"


def test_an_account_email_is_sent_anyway_and_its_delivery_ends_the_stop(notifier) -> None:
    notifier.hear(notifier.event("bounce"))
    expires = "2015-01-24T13:00:00Z"
    notifier.tell(
        "user.password_reset_requested",
        user_id=USER,
        email=encrypted_address(ADDRESS),
        token=encrypted_token("t"),
        expires_at=expires,
    )
    notifier.sender.send_due()
    assert (notifier.mailer.sent[-1].name, notifier.mailer.sent[-1].ignore_bounces) == ("password_reset", True)
    notifier.ms += 60_000
    notifier.hear(notifier.event("delivered", at=60))
    assert notifier.mail()["state"] == "ok"


def test_the_owner_can_try_again_and_the_next_bounce_stops_it_again(notifier) -> None:
    notifier.hear(notifier.event("bounce"))
    for _time in range(2):
        assert notifier.call("DELETE", "/alerts/preferences/mail-stop").status_code == 204
    assert notifier.mail() == {"state": "ok", "reason": "", "since": None}
    another_mail(notifier)
    assert (len(notifier.mailer.sent), notifier.mailer.sent[-1].ignore_bounces) == (2, True)
    notifier.hear(notifier.event("dropped", reason="Bounced Address", at=9))
    assert notifier.mail()["state"] == "stopped"


def test_a_stop_does_not_apply_to_a_new_address(notifier) -> None:
    notifier.hear(notifier.event("bounce"))
    notifier.hears(2, email=encrypted_address(ADDRESS), name="New name")
    assert notifier.mail()["state"] == "stopped", "it is still the same address"
    notifier.hears(3, email=encrypted_address("new@example.com"))
    assert notifier.mail()["state"] == "ok"
    notifier.hear(notifier.event("spamreport", at=5))
    assert notifier.mail()["state"] == "ok", "that was about the old one"


def test_a_provider_may_spell_an_address_differently(notifier) -> None:
    notifier.hears(2, email=encrypted_address("Maria@Bücher.example"))
    notifier.hear(notifier.event("bounce", email="maria@xn--bcher-kva.example"))
    assert notifier.mail()["state"] == "stopped"


def test_nobody_else_is_affected(notifier) -> None:
    notifier.knows(OTHER)
    notifier.hear(notifier.event("bounce"))
    assert notifier.call("GET", "/alerts/preferences", user=OTHER).json()["mail"]["state"] == "ok"
