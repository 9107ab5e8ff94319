"""The event webhook: believed only when signed, and what it tells is shown whatever its order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.runtime.ids import uuid7
from mailserver.signing import SIGNATURE, TIMESTAMP, Signer
from notifier.delivery.mailer import UncertainError
from support.asgi import call
from support.notifier_world import ADDRESS, OTHER, USER, Built, Scripted, sealed_address, sealed_token

NOW = 1_700_000_000


class Told(Built):
    """A notifier whose provider can be heard, with one alert of which the mail was accepted."""

    def __init__(self, folder, **more: Any) -> None:
        self.signer = Signer()
        more = {"mailer": Scripted(), "hook_key": self.signer.public_key, **more}
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
def told(tmp_path):
    told = Told(tmp_path / "notifier").knows()
    told.tell("budget.exceeded")
    told.sender.send_due()
    yield told
    told.service.close()


def another_mail(told: Told) -> None:
    told.tell("budget.exceeded", crossing_id=uuid7())
    told.sender.send_due()


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
def test_what_is_not_signed_is_not_believed(told, headers, status) -> None:
    body = json.dumps([told.event("bounce")]).encode()
    signed = told.signer.headers(body, str(NOW)) if headers else {}
    answer = told.post(body, {**signed, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == "/problems/unsigned-report"
    assert (told.delivery()["state"], told.mail()["state"]) == ("sent", "ok")


def test_a_changed_body_and_anothers_key_are_not_believed(told) -> None:
    body = json.dumps([told.event("bounce")]).encode()
    assert told.post(body + b" ", told.signer.headers(body, str(NOW))).status_code == 401
    assert told.post(body, Signer().headers(body, str(NOW))).status_code == 401
    assert told.post(b"\xff\xfe", told.signer.headers(b"\xff\xfe", str(NOW))).status_code == 401
    assert told.delivery()["state"] == "sent"


@pytest.mark.parametrize("age", [-601, 601, 86_400])
def test_what_was_signed_at_another_time_is_not_taken(told, age) -> None:
    body = json.dumps([told.event("bounce")]).encode()
    answer = told.post(body, told.signer.headers(body, str(NOW - age)))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/stale-report")
    assert told.delivery()["state"] == "sent"


def test_ten_minutes_are_young_enough(told) -> None:
    body = json.dumps([told.event("delivered")]).encode()
    assert told.post(body, told.signer.headers(body, str(NOW - 600))).status_code == 204
    assert told.delivery()["state"] == "delivered"


def test_without_a_key_nobody_is_believed(tmp_path) -> None:
    built = Told(tmp_path / "notifier", hook_key="")
    body = b"[]"
    answer = built.post(body, built.signer.headers(body, str(NOW)))
    assert (answer.status_code, "SENDGRID_HOOK_KEY" in answer.json()["detail"]) == (403, True)
    built.service.close()


def test_a_key_of_another_kind_is_named_at_the_start(tmp_path) -> None:
    with pytest.raises(Exception, match="SENDGRID_HOOK_KEY"):
        Told(tmp_path / "notifier", hook_key="AAAA")


def test_a_body_that_is_too_large_is_refused(told) -> None:
    body = b"[" + b" " * 1_000_000 + b"]"
    assert told.post(body, told.signer.headers(body, str(NOW))).status_code == 413


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
def test_what_became_of_a_mail_is_shown_in_words(told, event, state, detail) -> None:
    told.hear(told.event(**{"kind": "", **event}))
    assert (told.delivery()["state"], told.delivery()["detail"]) == (state, detail)
    if state != "sent":
        assert told.delivery()["at"] == "2023-11-14T22:13:20Z"
        assert told.metrics.registry.get_sample_value("outlay_mails_total", {"kind": "budget.exceeded", "state": state}) == 1


def test_open_browsers_are_told(told) -> None:
    told.hear(told.event("deferred"), told.event("delivered", at=1), told.event("bounce", at=2, reason="mailbox full"))
    heard = [(event.type, event.data.get("state"), event.data.get("detail")) for event in told.announced()]
    assert heard[1:] == [
        ("notification.delivered", "sent", ""),
        ("notification.deferred", "deferred", "Your email provider has not accepted it yet."),
        ("notification.delivered", "delivered", ""),
        ("notification.failed", "bounced", "Your email provider rejected it: mailbox full"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_of_reports_does_not_matter(told, order) -> None:
    events = [told.event(kind, at=at) for at, kind in enumerate(("processed", "deferred", "deferred", "delivered"))]
    for number in order:
        told.hear(events[number])
    assert told.delivery()["state"] == "delivered"


def test_of_two_deferrals_the_later_counts(told) -> None:
    told.hear(told.event("deferred", at=-5, response="second"))
    told.hear(told.event("deferred", at=-9, response="first"))
    assert told.delivery()["detail"].endswith("second")


def test_a_mailbox_that_gives_back_what_it_had_taken_is_believed(told) -> None:
    told.hear(told.event("bounce", at=-5))
    told.hear(told.event("delivered", at=-9))
    assert told.delivery()["state"] == "bounced"


def test_a_replayed_batch_changes_nothing_not_even_after_the_owner_said_to_try_again(told) -> None:
    events = [told.event("processed"), told.event("bounce")]
    told.hear(*events, *events)
    assert told.mail()["state"] == "stopped"
    told.call("DELETE", "/alerts/preferences/mail-stop")
    announced = len(told.announced())
    told.hear(*events)
    assert (told.mail()["state"], len(told.announced())) == ("ok", announced)


def test_what_is_broken_or_unknown_in_a_batch_does_not_lose_the_rest(told) -> None:
    good = told.event("delivered")
    unwell: list[Any] = [
        None,
        1,
        "text",
        [],
        {},
        {"event": "delivered"},
        told.event("open"),
        told.event("group_unsubscribe"),
        told.event("delivered", mail_id=uuid7()),
        told.event("delivered", mail_id="../../etc/passwd"),
        told.event("bounce", mail_id=7),
        told.event("bounce", timestamp="soon"),
        told.event("bounce", timestamp=True),
        told.event("bounce", timestamp=-1),
        told.event("bounce", timestamp=1e300),
        told.event("nonsense"),
        told.event("x" * 100_000),
        {"event": ["bounce"]},
    ]
    told.hear(*unwell, good, *unwell)
    assert (told.delivery()["state"], told.mail()["state"]) == ("delivered", "ok")


def test_an_event_that_names_a_key_twice_is_left_out_and_the_rest_counts(told) -> None:
    twice = json.dumps(told.event("bounce")).replace('{"', '{"event": "delivered", "', 1)
    body = f"[{twice}, {json.dumps(told.event('deferred'))}]".encode()
    assert told.post(body, told.signer.headers(body, str(NOW))).status_code == 204
    assert (told.delivery()["state"], told.mail()["state"]) == ("deferred", "ok")


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"[" * 100_000, b"null"])
def test_a_signed_body_without_events_is_taken_so_that_it_does_not_come_for_ever(told, body) -> None:
    answer = told.post(body, told.signer.headers(body, str(NOW)))
    assert answer.status_code in ((400, 204) if body == b"" else (204,))


def test_a_report_settles_a_mail_that_waits_in_doubt(tmp_path) -> None:
    told = Told(tmp_path / "notifier", mailer=Scripted(UncertainError("No answer."), reports=True)).knows()
    told.tell("budget.exceeded")
    told.sender.send_due()
    with told.service.outbox._database.read() as connection:
        mail_id = connection.exec_driver_sql("SELECT id FROM mail").scalar()
    told.hear({"event": "processed", "mail_id": mail_id, "email": ADDRESS, "timestamp": NOW, "sg_event_id": "a"})
    assert told.delivery()["state"] == "sent"
    told.ms += 3_600_000
    assert (told.sender.send_due(), told.mailer.attempts) == (0, 1)
    told.service.close()


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
def test_an_address_that_gives_mail_back_gets_no_more(told, event, stopped) -> None:
    told.hear(told.event(**{"kind": "", **event}))
    another_mail(told)
    assert (len(told.mailer.sent), told.mail()["state"]) == ((1, "stopped") if stopped else (2, "ok"))
    if stopped:
        assert told.delivery()["state"] == "skipped"
        assert told.delivery()["detail"] == f"Emails to your address have stopped. {told.mail()['reason']}"
        assert told.mail()["since"] == "2023-11-14T22:13:20Z"


def test_a_letter_goes_out_all_the_same_and_one_that_arrives_ends_the_stop(told) -> None:
    told.hear(told.event("bounce"))
    expires = "2015-01-24T13:00:00Z"
    told.tell(
        "user.password_reset_requested", user_id=USER, email=sealed_address(ADDRESS), token=sealed_token("t"), expires_at=expires
    )
    told.sender.send_due()
    assert (told.mailer.sent[-1].name, told.mailer.sent[-1].ignore_bounces) == ("password_reset", True)
    told.ms += 60_000
    told.hear(told.event("delivered", at=60))
    assert told.mail()["state"] == "ok"


def test_the_owner_can_say_to_try_again_and_the_next_that_comes_back_stops_it_again(told) -> None:
    told.hear(told.event("bounce"))
    for _time in range(2):
        assert told.call("DELETE", "/alerts/preferences/mail-stop").status_code == 204
    assert told.mail() == {"state": "ok", "reason": "", "since": None}
    another_mail(told)
    assert (len(told.mailer.sent), told.mailer.sent[-1].ignore_bounces) == (2, True)
    told.hear(told.event("dropped", reason="Bounced Address", at=9))
    assert told.mail()["state"] == "stopped"


def test_a_new_address_is_not_held_responsible_for_the_old_one(told) -> None:
    told.hear(told.event("bounce"))
    told.hears(2, email=sealed_address(ADDRESS), name="New name")
    assert told.mail()["state"] == "stopped", "it is still the same address"
    told.hears(3, email=sealed_address("new@example.com"))
    assert told.mail()["state"] == "ok"
    told.hear(told.event("spamreport", at=5))
    assert told.mail()["state"] == "ok", "that was about the old one"


def test_a_provider_may_spell_an_address_in_another_way(told) -> None:
    told.hears(2, email=sealed_address("Maria@Bücher.example"))
    told.hear(told.event("bounce", email="maria@xn--bcher-kva.example"))
    assert told.mail()["state"] == "stopped"


def test_nobody_else_is_concerned(told) -> None:
    told.knows(OTHER)
    told.hear(told.event("bounce"))
    assert told.call("GET", "/alerts/preferences", user=OTHER).json()["mail"]["state"] == "ok"
