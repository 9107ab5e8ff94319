"""The unknowable window: a mail that may have been accepted is neither lost nor simply sent again (docs/adr/011)."""

from __future__ import annotations

import pytest

from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.model import LEASE_SECONDS, SEND_SECONDS, ProviderStatus
from notifier.delivery.uncertain import REPORT_SECONDS, SILENCE_SECONDS
from support.notifier_world import OTHER, Built, Scripted

LAG = 15_000
NO_ANSWER = UncertainError("The provider did not answer in time.")


def in_doubt(tmp_path, **mailer) -> Built:
    """Return a notifier whose only attempt at its only mail ended without an outcome."""
    built = Built(tmp_path / "notifier", mailer=Scripted(NO_ANSWER, **mailer), owner="one").knows()
    built.tell("budget.exceeded")
    built.sender.send_due()
    return built


def state(built: Built) -> tuple[str, str]:
    [delivery] = built.alerts()[0]["deliveries"]
    return delivery["state"], delivery["detail"]


def later(built: Built, milliseconds: int) -> int:
    """Let time go by; return how many times the provider was handed a mail since."""
    before = built.mailer.attempts
    built.ms += milliseconds
    built.sender.send_due()
    return built.mailer.attempts - before


def test_a_doubt_is_shown_with_its_reason_and_asks_nobody_at_once(tmp_path) -> None:
    built = in_doubt(tmp_path)
    assert state(built) == ("pending", "The provider did not answer in time.")
    assert (later(built, LAG - 1), built.mailer.asked) == (0, 0)


def test_a_mail_that_the_provider_has_is_recorded_and_not_sent_again(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.ACCEPTED)
    assert (later(built, LAG), state(built)) == (0, ("sent", ""))
    assert [event.type for event in built.announced()] == ["alert.raised", "notification.delivered"]


def test_a_mail_that_the_provider_does_not_have_is_sent_again(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.NOT_FOUND)
    assert (later(built, LAG), state(built), len(built.mailer.sent)) == (1, ("sent", ""), 1)


def test_a_provider_that_cannot_say_and_reports_nothing_gets_it_again_after_the_short_wait(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.UNKNOWN)
    assert (later(built, LAG), built.mailer.sent[0].mail_id) == (1, built.mailer.sent[0].mail_id)


def test_a_provider_that_reports_is_given_time_to_do_so(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.UNKNOWN, reports=True)
    assert later(built, LAG) == 0
    assert later(built, int(REPORT_SECONDS * 1000) - LAG - 1) == 0
    assert (later(built, 1), state(built)) == (1, ("sent", ""))


def test_while_the_provider_cannot_be_asked_nothing_is_sent_for_an_hour(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=TryAgainError("The provider is away."))
    for _minute in range(int(SILENCE_SECONDS // 60) - 1):
        assert later(built, 60_000) == 0
    assert state(built) == ("pending", "The provider is away.")
    built.mailer.answer = ProviderStatus.ACCEPTED
    assert (later(built, 60_000), state(built)) == (0, ("sent", ""))


def test_a_provider_that_can_never_be_asked_gets_the_mail_again_in_the_end(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=TryAgainError("The provider is away."))
    for _minute in range(int(SILENCE_SECONDS // 60) + 1):
        later(built, 60_000)
    assert (len(built.mailer.sent), state(built)) == (1, ("sent", ""))


def test_a_fault_of_ours_while_asking_does_not_keep_other_mails_waiting(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ZeroDivisionError())
    built.tell("budget.exceeded", crossing_id=OTHER)
    assert later(built, LAG) == 1
    assert [alert["deliveries"][0]["state"] for alert in built.alerts()] == ["sent", "pending"]


def test_each_further_doubt_waits_for_itself(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.NOT_FOUND)
    built.mailer.outcomes = [NO_ANSWER]
    assert later(built, LAG) == 1
    built.mailer.answer = ProviderStatus.ACCEPTED
    assert (later(built, LAG - 1), built.mailer.asked) == (0, 1)
    assert (later(built, 1), state(built)) == (0, ("sent", ""))


def test_a_mail_whose_every_attempt_stays_in_doubt_comes_ever_more_rarely_and_then_no_more(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.UNKNOWN)
    built.mailer.outcomes = [NO_ANSWER] * 1000
    attempts = [later(built, 3_600_000) for _hour in range(72)]
    assert sum(attempts) < 40
    assert state(built)[0] == "failed"


def test_a_further_attempt_that_surely_failed_ends_the_doubt(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.NOT_FOUND)
    built.mailer.outcomes = [TryAgainError("busy")]
    assert later(built, LAG) == 1
    assert (later(built, 10_000), built.mailer.asked, state(built)) == (1, 1, ("sent", ""))


def test_a_further_attempt_that_is_refused_is_final(tmp_path) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.NOT_FOUND)
    built.mailer.outcomes = [RefusedError("No such address.")]
    assert (later(built, LAG), state(built)) == (1, ("failed", "No such address."))


@pytest.mark.parametrize(
    ("trail", "expected"),
    [(ProviderStatus.ACCEPTED, "sent"), (ProviderStatus.NOT_FOUND, "withdrawn"), (ProviderStatus.UNKNOWN, "withdrawn")],
)
def test_a_withdrawn_alert_in_doubt_is_not_sent_again_and_says_what_is_true(tmp_path, trail, expected) -> None:
    built = in_doubt(tmp_path, trail=trail)
    built.tell("budget.recovered")
    assert state(built)[0] == "pending"
    assert (later(built, LAG), state(built)[0]) == (0, expected)


class Crashes(Scripted):
    """Dies once in the middle of sending, when the provider has the mail or not."""

    def send(self, message) -> None:
        super().send(message)
        raise KeyboardInterrupt


def crashed(tmp_path) -> None:
    built = Built(tmp_path / "notifier", mailer=Crashes(), owner="one").knows()
    built.tell("budget.exceeded")
    with pytest.raises(KeyboardInterrupt):
        built.sender.send_due()
    built.service.close()


@pytest.mark.parametrize("owner", ["one", "two"])
@pytest.mark.parametrize(("trail", "sent"), [(ProviderStatus.ACCEPTED, 0), (ProviderStatus.NOT_FOUND, 1)])
def test_after_a_crash_the_provider_is_asked_first(tmp_path, owner, trail, sent) -> None:
    crashed(tmp_path)
    restarted = Built(tmp_path / "notifier", mailer=Scripted(trail=trail), owner=owner)
    restarted.sender.send_due()
    assert (later(restarted, LAG - 1), restarted.mailer.asked) == (0, 0), "the provider may not know yet what it took"
    for _five in range(20):
        later(restarted, 5_000)
    assert (len(restarted.mailer.sent), state(restarted)) == (sent, ("sent", ""))


@pytest.mark.parametrize("step", [-600_000, 600_000])
def test_a_stepped_clock_makes_nobody_ask_too_soon_and_nobody_wait_for_long(tmp_path, step) -> None:
    built = in_doubt(tmp_path, trail=ProviderStatus.NOT_FOUND)
    built.stepped = step
    assert (later(built, LAG - 1), built.mailer.asked) == (0, 0)
    assert later(built, 1) == 1
    assert state(built) == ("sent", "")


@pytest.mark.parametrize("step", [-600_000, 600_000])
def test_another_process_whose_clock_is_stepped_counts_from_when_it_saw_the_doubt(tmp_path, step) -> None:
    built = in_doubt(tmp_path)
    other = Built(tmp_path / "notifier", mailer=Scripted(trail=ProviderStatus.NOT_FOUND), owner="two", stepped=step)
    other.sender.send_due()
    assert (later(other, LAG - 1), other.mailer.asked) == (0, 0)
    later(other, 1_000)
    later(other, LAG)
    assert (len(other.mailer.sent), state(built)) == (1, ("sent", ""))


def test_a_process_that_dawdled_before_sending_does_not_begin(tmp_path) -> None:
    built = Built(tmp_path / "notifier", mailer=Scripted(trail=ProviderStatus.NOT_FOUND), owner="one").knows()
    built.tell("budget.exceeded")
    built.dawdles = int((LEASE_SECONDS - SEND_SECONDS) * 1000) + 1
    built.sender.send_due()
    assert (built.mailer.attempts, state(built)[0]) == (0, "pending")
    built.dawdles = 0
    assert (later(built, LAG), state(built)) == (1, ("sent", ""))
