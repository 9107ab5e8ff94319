"""Addresses that bounce get no more emails, until something changes."""

from __future__ import annotations

import pytest

from chassis.runtime.ids import uuid7
from support.notifier_events import ADDRESS, OTHER, USER, encrypted_address, encrypted_token
from support.reported_notifier import ReportedNotifier


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
