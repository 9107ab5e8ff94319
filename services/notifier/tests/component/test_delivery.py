"""Delivery: each email is sent once, with retries, and its secrets are kept no longer than needed."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from chassis.storage.database import StoreUnavailableError
from notifier.delivery.backoff import BACKOFF_SECONDS
from notifier.delivery.mailer import RefusedError, TryAgainError
from notifier.delivery.model import ProviderStatus
from support.notifier_events import ADDRESS, USER
from support.notifier_world import RunningNotifier, ScriptedMailer, notifier_with_outcomes
from testing.waiting import eventually


def state(notifier: RunningNotifier) -> tuple[str, str]:
    [delivery] = notifier.alerts()[0]["deliveries"]
    return delivery["state"], delivery["detail"]


def test_an_email_is_sent_at_the_third_attempt_after_two_failures(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"), TryAgainError("busy"))
    notifier.tell("budget.exceeded")
    assert notifier.sender.send_due() == 1
    assert notifier.sender.send_due() == 0
    assert state(notifier) == ("pending", "busy")
    notifier.ms += 1_000
    assert notifier.sender.send_due() == 1
    notifier.ms += 9_999
    assert notifier.sender.send_due() == 0
    notifier.ms += 1
    assert notifier.sender.send_due() == 1
    assert (state(notifier), notifier.mailer.attempts, len(notifier.mailer.sent)) == (("sent", ""), 3, 1)
    assert [event.type for event in notifier.announced()] == ["alert.raised", "notification.delivered"]


def test_no_email_is_lost_when_the_provider_is_down_for_a_day(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, *[TryAgainError("busy")] * 1000)
    notifier.tell("budget.exceeded")
    for _quarter in range(24 * 4):
        notifier.sender.send_due()
        assert state(notifier) == ("pending", "busy")
        notifier.ms += 900_000
    notifier.mailer.outcomes.clear()
    notifier.ms += 7_200_000
    notifier.sender.send_due()
    assert (state(notifier), len(notifier.mailer.sent)) == (("sent", ""), 1)


def test_an_email_fails_after_two_days(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, *[TryAgainError("busy")] * 1000)
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    for seconds in (*BACKOFF_SECONDS, 100_000, 100_000):
        notifier.ms += seconds * 1000
        notifier.sender.send_due()
    attempts = len(BACKOFF_SECONDS) + 1
    assert sum(BACKOFF_SECONDS) > 24 * 3600
    assert (notifier.mailer.attempts, state(notifier)) == (attempts, ("failed", f"Gave up after {attempts} attempts."))
    assert notifier.announced()[-1].type == "notification.failed"


@pytest.mark.parametrize(("after", "waits"), [(40, 40), (0.2, 1), (10**9, 6 * 3600)])
def test_the_providers_requested_wait_is_respected(tmp_path, after, waits) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("slow down", after=after))
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    notifier.ms += waits * 1000 - 1
    assert notifier.sender.send_due() == 0
    notifier.ms += 1
    assert (notifier.sender.send_due(), state(notifier)) == (1, ("sent", ""))


def test_a_refused_email_is_not_retried(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, RefusedError("The address does not exist."))
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    notifier.ms += 10**9
    notifier.sender.send_due()
    assert (notifier.mailer.attempts, state(notifier)) == (1, ("failed", "The address does not exist."))
    failed = notifier.announced()[-1]
    assert (failed.type, failed.data["detail"], failed.data["kind"]) == (
        "notification.failed",
        "The address does not exist.",
        "budget.exceeded",
    )
    assert failed.data["alert_id"] == notifier.alerts()[0]["id"]


def test_an_internal_error_neither_loses_nor_duplicates_an_email(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, ZeroDivisionError())
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    assert state(notifier) == ("pending", "Something went wrong on our side.")
    notifier.ms += 15_000
    notifier.sender.send_due()
    assert (state(notifier), notifier.mailer.asked) == (("sent", ""), 1)


def test_a_crash_between_sending_and_recording_leaves_one_email(notifier) -> None:
    class CrashesAfterSending:
        def send(self, message) -> None:
            notifier.mailer.send(message)
            raise KeyboardInterrupt

        def forget(self, mail_ids) -> None:
            raise AssertionError

    notifier.knows().tell("budget.exceeded")
    crashing = RunningNotifier(notifier.folder, mailer=CrashesAfterSending())
    with pytest.raises(KeyboardInterrupt):
        crashing.sender.send_due()
    crashing.service.close()
    assert (len(notifier.mails()), state(notifier)) == (1, ("pending", ""))
    restarted = RunningNotifier(notifier.folder)
    assert restarted.sender.send_due() == 1
    assert (len(restarted.mails()), state(restarted)) == (1, ("sent", ""))
    restarted.service.close()


def test_an_email_accepted_during_a_store_outage_is_not_sent_again(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path)
    notifier.tell("budget.exceeded")
    locked = sa.create_engine(f"sqlite:///{notifier.folder}/notifier.db", connect_args={"timeout": 0})
    blocker = locked.connect()
    original = notifier.mailer.send

    def send_and_lose_the_store(message) -> None:
        original(message)
        blocker.exec_driver_sql("BEGIN IMMEDIATE")

    notifier.mailer.send = send_and_lose_the_store
    database = notifier.service.outbox._database
    with database.engine.connect() as connection:  # the pool has one, and hands it out again
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with pytest.raises(StoreUnavailableError):
        notifier.sender.send_due()
    blocker.rollback()
    blocker.close()
    locked.dispose()
    notifier.mailer.send = original
    assert notifier.sender.send_due() == 0
    assert (notifier.mailer.attempts, state(notifier)) == (1, ("sent", ""))


def test_no_process_touches_what_another_is_sending(tmp_path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow(ScriptedMailer):
        def send(self, message) -> None:
            inside.set()
            go_on.wait(5)
            super().send(message)

    one = RunningNotifier(tmp_path / "notifier", mailer=Slow(), owner="one").knows()
    two = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer(status=ProviderStatus.ACCEPTED), owner="two")
    one.tell("budget.exceeded")
    thread = threading.Thread(target=one.sender.send_due)
    thread.start()
    assert inside.wait(60)
    two.stepped = 3_600_000
    assert two.sender.send_due() == 0
    two.ms += 44_000
    assert two.sender.send_due() == 0
    go_on.set()
    thread.join()
    two.ms += 60_000
    assert (two.sender.send_due(), two.mailer.asked, two.mailer.attempts) == (0, 0, 0)
    assert [event.type for event in one.announced()] == ["alert.raised", "notification.delivered"]
    one.service.close()
    two.service.close()


def test_the_store_is_not_locked_while_an_email_is_sent(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path)
    notifier.tell("budget.exceeded")
    original = notifier.mailer.send

    def send_and_recover(message) -> None:
        notifier.tell("budget.recovered")
        original(message)

    notifier.mailer.send = send_and_recover
    notifier.sender.send_due()
    assert state(notifier) == ("sent", "")
    assert notifier.alerts()[0]["withdrawn_at"]


def test_an_alert_withdrawn_between_two_attempts_is_not_emailed(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"))
    original = notifier.mailer.send

    def recover_and_fail(message) -> None:
        notifier.tell("budget.recovered")
        original(message)

    notifier.mailer.send = recover_and_fail
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    assert state(notifier) == ("pending", "busy")
    notifier.ms += 1_000
    notifier.sender.send_due()
    assert (state(notifier)[0], notifier.mailer.attempts) == ("withdrawn", 1)
    assert [event.type for event in notifier.announced()] == ["alert.raised", "alert.withdrawn"]


def test_an_email_to_an_account_deleted_while_sending_is_forgotten(notifier) -> None:
    notifier.knows().tell("budget.exceeded")
    original = notifier.mailer.send

    def send_to_the_leaving(message) -> None:
        original(message)
        notifier.tell("user.deleted")
        original(message)

    notifier.mailer.send = send_to_the_leaving
    notifier.sender.send_due()
    assert notifier.mails() == []
    assert "notification.delivered" not in [event.type for event in notifier.announced()]


def test_emails_are_counted_by_kind_and_state(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, None, RefusedError("no"))
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    notifier.tell("budget.exceeded", crossing_id=USER)
    notifier.sender.send_due()
    notifier.tell("budget.near", crossing_id=ADDRESS.encode().hex()[:8] + USER[8:])
    for kind, what in (("budget.exceeded", "sent"), ("budget.exceeded", "failed"), ("budget.near", "skipped")):
        assert notifier.metrics.registry.get_sample_value("outlay_mails_total", {"kind": kind, "state": what}) == 1
    assert notifier.metrics.registry.get_sample_value("outlay_mails_total", {"kind": "budget.exceeded", "state": "pending"}) == 2


def test_the_worker_wakes_on_a_commit_and_when_an_email_is_due_again(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"))
    notifier.sender.start()
    try:
        notifier.tell("budget.exceeded")
        eventually(lambda: notifier.mailer.attempts == 1)

        def a_second_later() -> bool:
            notifier.ms += 1_000
            notifier.sender.wake()
            return state(notifier) == ("sent", "")

        eventually(a_second_later)
        assert notifier.mailer.attempts == 2
    finally:
        notifier.sender.stop()
    notifier.service.close()


def test_the_worker_survives_a_failing_store(tmp_path, caplog) -> None:
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer())
    engine = sa.create_engine(f"sqlite:///{notifier.folder}/notifier.db")
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE mail RENAME TO elsewhere"))
    engine.dispose()
    notifier.sender.start()
    eventually(lambda: "sender:notifier failed" in caplog.text)
    assert notifier.sender._thread.is_alive()
    notifier.sender.stop()
    notifier.service.close()
