"""Alerts are emailed to confirmed addresses only: held emails are neither lost nor duplicated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.mailer import TryAgainError
from notifier.delivery.model import CONFIRMATION_PERIOD, HOLD_SECONDS, MOST_RELEASED
from support.notifier_events import ADDRESS, USER, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier, ScriptedMailer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELD = ("held", "Waiting for you to confirm your address.")


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[RunningNotifier]:
    """A notifier with one recipient whose address is not confirmed."""
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer())
    yield notifier.knows(email_verified=False)
    notifier.service.close()


def state(notifier: RunningNotifier) -> tuple[str, str]:
    [delivery] = notifier.alerts()[0]["deliveries"]
    return delivery["state"], delivery["detail"]


def counted(notifier: RunningNotifier, state: str) -> float:
    return notifier.metrics.registry.get_sample_value("outlay_mails_total", {"kind": "budget.exceeded", "state": state}) or 0


def go_on(notifier: RunningNotifier, time: timedelta) -> None:
    notifier.now += time
    notifier.ms += round(time.total_seconds() * 1000)


@pytest.mark.parametrize(
    ("kind", "facts"), [("budget.exceeded", {}), ("budget.near", {}), ("import.reviewed", {"exceedances": []})], ids=str
)
def test_no_alert_is_emailed_to_an_unconfirmed_address(newcomer, kind: str, facts: dict[str, Any]) -> None:
    newcomer.wants(near=(True, True))
    newcomer.tell(kind, **facts)
    newcomer.sender.send_due()
    assert (newcomer.mailer.attempts, state(newcomer)) == (0, HELD)


def test_an_account_email_goes_to_any_address(newcomer) -> None:
    newcomer.tell("user.verification_requested", user_id=USER, email=encrypted_address(ADDRESS), token=encrypted_token("secret"))
    newcomer.sender.send_due()
    assert [mail.name for mail in newcomer.mailer.sent] == ["verify_email"]


def test_held_emails_are_sent_once_when_the_address_is_confirmed(newcomer) -> None:
    for _budget in range(2):
        newcomer.tell("budget.exceeded", crossing_id=uuid7())
    newcomer.sender.send_due()
    newcomer.hears(2)
    assert state(newcomer) == ("pending", "")
    newcomer.sender.send_due()
    go_on(newcomer, CONFIRMATION_PERIOD)
    newcomer.sender.send_due()
    assert [mail.to for mail in newcomer.mailer.sent] == [ADDRESS] * 2
    assert state(newcomer) == ("sent", "")


def test_a_held_email_names_the_day_of_its_cause(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    go_on(newcomer, timedelta(days=3))
    newcomer.hears(2).sender.send_due()
    [mail] = newcomer.mailer.sent
    assert "Groceries went over budget on " in mail.subject
    assert "This email was held until you confirmed your address." in mail.text


def test_only_the_newest_held_emails_are_sent_and_the_others_skipped(newcomer) -> None:
    for n in range(MOST_RELEASED + 3):
        newcomer.tell("budget.exceeded", crossing_id=uuid7(), budget_name=f"Budget {'abcdefgh'[n]}")
        newcomer.sender.send_due()
        go_on(newcomer, timedelta(seconds=1))
    newcomer.hears(2).sender.send_due()
    newcomer.hears(3).sender.send_due()
    assert sorted(mail.subject[:8] for mail in newcomer.mailer.sent) == [f"Budget {letter}" for letter in "defgh"]
    deliveries = [alert["deliveries"][0] for alert in newcomer.alerts()]
    skipped = ("skipped", "Too many alerts were waiting for you to confirm your address.")
    assert [(one["state"], one["detail"]) for one in deliveries] == [("sent", "")] * MOST_RELEASED + [skipped] * 3
    assert (counted(newcomer, "skipped"), counted(newcomer, "sent")) == (3, MOST_RELEASED)


@pytest.mark.parametrize("looks_first", [True, False])
def test_the_order_of_confirmation_and_alert_does_not_matter(newcomer, looks_first: bool) -> None:
    newcomer.tell("budget.exceeded")
    if looks_first:
        newcomer.sender.send_due()
    newcomer.hears(2)
    newcomer.tell("budget.exceeded", crossing_id=uuid7())
    newcomer.sender.send_due()
    assert len(newcomer.mailer.sent) == 2


def test_a_late_older_event_neither_holds_nor_releases(tmp_path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer()).hears(2)
    notifier.knows(email_verified=False, version=1).tell("budget.exceeded")
    notifier.sender.send_due()
    assert len(notifier.mailer.sent) == 1
    notifier.hears(4, email_verified=False)
    notifier.tell("budget.exceeded", crossing_id=uuid7())
    notifier.sender.send_due()
    notifier.hears(3)
    notifier.sender.send_due()
    assert (len(notifier.mailer.sent), state(notifier)) == (1, HELD)


def test_a_change_without_confirmation_releases_nothing(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    newcomer.hears(2, name="Marianne", email_verified=False)
    newcomer.sender.send_due()
    assert (newcomer.mailer.attempts, state(newcomer)) == (0, HELD)


def test_a_confirmation_between_claim_and_hold_is_not_missed(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    go_on(newcomer, timedelta(seconds=1))
    confirm_at_the_next_look_at_the_clock(newcomer, email=encrypted_address("new@example.com"))
    assert newcomer.sender.send_due() == 2
    assert [mail.to for mail in newcomer.mailer.sent] == ["new@example.com"]
    assert state(newcomer) == ("sent", "")


def test_a_confirmation_while_a_held_email_is_checked_is_not_missed(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    go_on(newcomer, timedelta(seconds=HOLD_SECONDS))
    confirm_at_the_next_look_at_the_clock(newcomer)
    newcomer.sender.send_due()
    assert (len(newcomer.mailer.sent), state(newcomer)) == (1, ("sent", ""))


def confirm_at_the_next_look_at_the_clock(notifier: RunningNotifier, **facts: Any) -> None:
    """Handle the confirmation after the claim, when the worker first looks at the clock."""
    notifier.before_the_time = lambda: notifier.hears(2, **facts)


def test_a_held_email_is_skipped_after_seven_days(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    while newcomer.now < newcomer.began + CONFIRMATION_PERIOD - timedelta(seconds=HOLD_SECONDS):
        newcomer.sender.send_due()
        assert state(newcomer) == HELD
        go_on(newcomer, timedelta(seconds=HOLD_SECONDS))
    newcomer.sender.send_due()
    go_on(newcomer, timedelta(seconds=HOLD_SECONDS - 1))
    newcomer.sender.send_due()
    assert state(newcomer) == HELD
    go_on(newcomer, timedelta(seconds=1))
    newcomer.sender.send_due()
    assert state(newcomer) == ("skipped", "You did not confirm your address within a week.")
    newcomer.hears(2).sender.send_due()
    assert newcomer.mailer.attempts == 0


def test_an_alert_withdrawn_while_held_is_not_emailed(newcomer) -> None:
    raised = newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    newcomer.tell("budget.recovered", crossing_id=raised.data["crossing_id"])
    assert state(newcomer) == ("withdrawn", "")
    newcomer.hears(2).sender.send_due()
    assert newcomer.mailer.attempts == 0


def test_holding_is_no_attempt_and_a_retry_keeps_its_number(newcomer) -> None:
    newcomer.mailer.outcomes = [TryAgainError("busy")]
    newcomer.tell("budget.exceeded")
    for _look in range(20):
        newcomer.sender.send_due()
        go_on(newcomer, timedelta(seconds=HOLD_SECONDS))
    newcomer.hears(2).sender.send_due()
    assert state(newcomer) == ("pending", "busy")
    go_on(newcomer, timedelta(seconds=1))
    newcomer.sender.send_due()
    assert (newcomer.mailer.attempts, state(newcomer)) == (2, ("sent", ""))


def test_latency_counts_from_the_release_of_a_held_email(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    go_on(newcomer, timedelta(days=1))
    newcomer.sender.send_due()
    assert (counted(newcomer, "pending"), counted(newcomer, "held")) == (1, 1)
    newcomer.hears(2)
    go_on(newcomer, timedelta(seconds=3))
    newcomer.sender.send_due()
    assert (counted(newcomer, "pending"), counted(newcomer, "sent")) == (2, 1)
    late = newcomer.metrics.registry.get_sample_value("outlay_alert_seconds_sum", {"kind": "budget_exceeded"})
    assert late == 3


def test_a_confirmation_handled_by_an_older_version_is_seen_in_hours(newcomer) -> None:
    newcomer.tell("budget.exceeded")
    newcomer.sender.send_due()
    newcomer.run("UPDATE recipient SET version = 2")
    newcomer.sender.send_due()
    assert state(newcomer) == HELD
    go_on(newcomer, timedelta(seconds=HOLD_SECONDS))
    newcomer.sender.send_due()
    assert (len(newcomer.mailer.sent), state(newcomer)) == (1, ("sent", ""))
    assert newcomer.metrics.registry.get_sample_value("outlay_alert_seconds_count", {"kind": "budget_exceeded"}) is None


def test_preferences_show_that_emails_are_held(newcomer) -> None:
    def mail() -> dict[str, Any]:
        return dict(newcomer.call("GET", "/alerts/preferences").json()["mail"])

    assert mail() == {"state": "unverified", "reason": "", "since": None}
    newcomer.hears(2)
    assert mail()["state"] == "ok"
