"""An email that may have been accepted is neither lost nor simply sent again (docs/adr/011)."""

from __future__ import annotations

import pytest

from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.model import LEASE_SECONDS, SEND_SECONDS, ProviderStatus
from notifier.delivery.uncertain import REPORT_SECONDS, SILENCE_SECONDS
from support.notifier_events import OTHER
from support.notifier_world import RunningNotifier, ScriptedMailer

LAG = 15_000
NO_ANSWER = UncertainError("The provider did not answer in time.")


def in_doubt(tmp_path, **mailer) -> RunningNotifier:
    """Return a notifier whose only attempt at its only email ended without an outcome."""
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer(NO_ANSWER, **mailer), owner="one").knows()
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    return notifier


def state(notifier: RunningNotifier) -> tuple[str, str]:
    [delivery] = notifier.alerts()[0]["deliveries"]
    return delivery["state"], delivery["detail"]


def later(notifier: RunningNotifier, milliseconds: int) -> int:
    """Let time pass; return how many emails the provider was handed since."""
    before = notifier.mailer.attempts
    notifier.ms += milliseconds
    notifier.sender.send_due()
    return notifier.mailer.attempts - before


def test_an_uncertain_delivery_shows_its_reason_and_waits(tmp_path) -> None:
    notifier = in_doubt(tmp_path)
    assert state(notifier) == ("pending", "The provider did not answer in time.")
    assert (later(notifier, LAG - 1), notifier.mailer.asked) == (0, 0)


def test_an_email_that_the_provider_has_is_not_sent_again(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.ACCEPTED)
    assert (later(notifier, LAG), state(notifier)) == (0, ("sent", ""))
    assert [event.type for event in notifier.announced()] == ["alert.raised", "notification.delivered"]


def test_an_email_that_the_provider_lacks_is_sent_again(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.NOT_FOUND)
    assert (later(notifier, LAG), state(notifier), len(notifier.mailer.sent)) == (1, ("sent", ""), 1)


def test_without_status_and_reports_it_is_sent_again_after_a_short_wait(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.UNKNOWN)
    assert (later(notifier, LAG), notifier.mailer.sent[0].mail_id) == (1, notifier.mailer.sent[0].mail_id)


def test_a_provider_that_reports_is_given_time(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.UNKNOWN, reports=True)
    assert later(notifier, LAG) == 0
    assert later(notifier, int(REPORT_SECONDS * 1000) - LAG - 1) == 0
    assert (later(notifier, 1), state(notifier)) == (1, ("sent", ""))


def test_nothing_is_sent_for_an_hour_while_the_provider_is_silent(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=TryAgainError("The provider is away."))
    for _minute in range(int(SILENCE_SECONDS // 60) - 1):
        assert later(notifier, 60_000) == 0
    assert state(notifier) == ("pending", "The provider is away.")
    notifier.mailer.answer = ProviderStatus.ACCEPTED
    assert (later(notifier, 60_000), state(notifier)) == (0, ("sent", ""))


def test_the_email_is_sent_again_if_the_provider_stays_silent(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=TryAgainError("The provider is away."))
    for _minute in range(int(SILENCE_SECONDS // 60) + 1):
        later(notifier, 60_000)
    assert (len(notifier.mailer.sent), state(notifier)) == (1, ("sent", ""))


def test_an_internal_error_while_asking_does_not_block_other_emails(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ZeroDivisionError())
    notifier.tell("budget.exceeded", crossing_id=OTHER)
    assert later(notifier, LAG) == 1
    assert [alert["deliveries"][0]["state"] for alert in notifier.alerts()] == ["sent", "pending"]


def test_each_further_uncertain_attempt_waits_anew(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.NOT_FOUND)
    notifier.mailer.outcomes = [NO_ANSWER]
    assert later(notifier, LAG) == 1
    notifier.mailer.answer = ProviderStatus.ACCEPTED
    assert (later(notifier, LAG - 1), notifier.mailer.asked) == (0, 1)
    assert (later(notifier, 1), state(notifier)) == (0, ("sent", ""))


def test_an_email_with_only_uncertain_attempts_is_given_up_in_the_end(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.UNKNOWN)
    notifier.mailer.outcomes = [NO_ANSWER] * 1000
    attempts = [later(notifier, 3_600_000) for _hour in range(72)]
    assert sum(attempts) < 40
    assert state(notifier)[0] == "failed"


def test_a_further_attempt_that_certainly_failed_ends_uncertainty(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.NOT_FOUND)
    notifier.mailer.outcomes = [TryAgainError("busy")]
    assert later(notifier, LAG) == 1
    assert (later(notifier, 10_000), notifier.mailer.asked, state(notifier)) == (1, 1, ("sent", ""))


def test_a_further_attempt_that_is_refused_is_final(tmp_path) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.NOT_FOUND)
    notifier.mailer.outcomes = [RefusedError("No such address.")]
    assert (later(notifier, LAG), state(notifier)) == (1, ("failed", "No such address."))


@pytest.mark.parametrize(
    ("trail", "expected"),
    [(ProviderStatus.ACCEPTED, "sent"), (ProviderStatus.NOT_FOUND, "withdrawn"), (ProviderStatus.UNKNOWN, "withdrawn")],
)
def test_an_uncertain_withdrawn_alert_is_not_sent_again(tmp_path, trail, expected) -> None:
    notifier = in_doubt(tmp_path, status=trail)
    notifier.tell("budget.recovered")
    assert state(notifier)[0] == "pending"
    assert (later(notifier, LAG), state(notifier)[0]) == (0, expected)


class Crashes(ScriptedMailer):
    """Dies once while sending, before or after the provider has the email."""

    def send(self, message) -> None:
        super().send(message)
        raise KeyboardInterrupt


def crashed(tmp_path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier", mailer=Crashes(), owner="one").knows()
    notifier.tell("budget.exceeded")
    with pytest.raises(KeyboardInterrupt):
        notifier.sender.send_due()
    notifier.service.close()


@pytest.mark.parametrize("owner", ["one", "two"])
@pytest.mark.parametrize(("trail", "sent"), [(ProviderStatus.ACCEPTED, 0), (ProviderStatus.NOT_FOUND, 1)])
def test_after_a_crash_the_provider_is_asked_first(tmp_path, owner, trail, sent) -> None:
    crashed(tmp_path)
    restarted = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer(status=trail), owner=owner)
    restarted.sender.send_due()
    assert (later(restarted, LAG - 1), restarted.mailer.asked) == (0, 0), "the provider may not know yet what it took"
    for _five in range(20):
        later(restarted, 5_000)
    assert (len(restarted.mailer.sent), state(restarted)) == (sent, ("sent", ""))


@pytest.mark.parametrize("step", [-600_000, 600_000])
def test_a_moved_clock_causes_neither_early_questions_nor_long_waits(tmp_path, step) -> None:
    notifier = in_doubt(tmp_path, status=ProviderStatus.NOT_FOUND)
    notifier.stepped = step
    assert (later(notifier, LAG - 1), notifier.mailer.asked) == (0, 0)
    assert later(notifier, 1) == 1
    assert state(notifier) == ("sent", "")


@pytest.mark.parametrize("step", [-600_000, 600_000])
def test_another_process_counts_from_when_it_first_saw_the_attempt(tmp_path, step) -> None:
    notifier = in_doubt(tmp_path)
    other = RunningNotifier(
        tmp_path / "notifier", mailer=ScriptedMailer(status=ProviderStatus.NOT_FOUND), owner="two", stepped=step
    )
    other.sender.send_due()
    assert (later(other, LAG - 1), other.mailer.asked) == (0, 0)
    later(other, 1_000)
    later(other, LAG)
    assert (len(other.mailer.sent), state(notifier)) == (1, ("sent", ""))


def test_a_process_that_was_slow_to_begin_does_not_send(tmp_path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer(status=ProviderStatus.NOT_FOUND), owner="one").knows()
    notifier.tell("budget.exceeded")
    notifier.dawdles = int((LEASE_SECONDS - SEND_SECONDS) * 1000) + 1
    notifier.sender.send_due()
    assert (notifier.mailer.attempts, state(notifier)[0]) == (0, "pending")
    notifier.dawdles = 0
    assert (later(notifier, LAG), state(notifier)) == (1, ("sent", ""))
