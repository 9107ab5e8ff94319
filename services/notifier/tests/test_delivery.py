"""The second step of a mail: sent once, with patience, and never the secret longer than needed."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from chassis.storage.database import StoreUnavailableError
from notifier.delivery.backoff import BACKOFF_SECONDS
from notifier.delivery.mailer import RefusedError, TryAgainError
from notifier.delivery.model import ProviderStatus
from support.client import eventually
from support.notifier_world import ADDRESS, USER, Built, Scripted, scripted


def state(built: Built) -> tuple[str, str]:
    [delivery] = built.alerts()[0]["deliveries"]
    return delivery["state"], delivery["detail"]


def test_a_mailer_that_is_away_twice_gets_the_mail_at_the_third_attempt(tmp_path) -> None:
    built = scripted(tmp_path, TryAgainError("busy"), TryAgainError("busy"))
    built.tell("budget.exceeded")
    assert built.sender.send_due() == 1
    assert built.sender.send_due() == 0
    assert state(built) == ("pending", "busy")
    built.ms += 1_000
    assert built.sender.send_due() == 1
    built.ms += 9_999
    assert built.sender.send_due() == 0
    built.ms += 1
    assert built.sender.send_due() == 1
    assert (state(built), built.mailer.attempts, len(built.mailer.sent)) == (("sent", ""), 3, 1)
    assert [event.type for event in built.announced()] == ["alert.raised", "notification.delivered"]


def test_a_channel_that_is_away_for_a_day_loses_no_mail(tmp_path) -> None:
    built = scripted(tmp_path, *[TryAgainError("busy")] * 1000)
    built.tell("budget.exceeded")
    for _quarter in range(24 * 4):
        built.sender.send_due()
        assert state(built) == ("pending", "busy")
        built.ms += 900_000
    built.mailer.outcomes.clear()
    built.ms += 7_200_000
    built.sender.send_due()
    assert (state(built), len(built.mailer.sent)) == (("sent", ""), 1)


def test_after_two_days_a_mail_is_given_up(tmp_path) -> None:
    built = scripted(tmp_path, *[TryAgainError("busy")] * 1000)
    built.tell("budget.exceeded")
    built.sender.send_due()
    for seconds in (*BACKOFF_SECONDS, 100_000, 100_000):
        built.ms += seconds * 1000
        built.sender.send_due()
    attempts = len(BACKOFF_SECONDS) + 1
    assert sum(BACKOFF_SECONDS) > 24 * 3600
    assert (built.mailer.attempts, state(built)) == (attempts, ("failed", f"Gave up after {attempts} attempts."))
    assert built.announced()[-1].type == "notification.failed"


@pytest.mark.parametrize(("after", "waits"), [(40, 40), (0.2, 1), (10**9, 6 * 3600)])
def test_a_channel_that_asks_for_patience_is_left_alone_so_long(tmp_path, after, waits) -> None:
    built = scripted(tmp_path, TryAgainError("slow down", after=after))
    built.tell("budget.exceeded")
    built.sender.send_due()
    built.ms += waits * 1000 - 1
    assert built.sender.send_due() == 0
    built.ms += 1
    assert (built.sender.send_due(), state(built)) == (1, ("sent", ""))


def test_a_refused_mail_is_not_tried_again(tmp_path) -> None:
    built = scripted(tmp_path, RefusedError("The address does not exist."))
    built.tell("budget.exceeded")
    built.sender.send_due()
    built.ms += 10**9
    built.sender.send_due()
    assert (built.mailer.attempts, state(built)) == (1, ("failed", "The address does not exist."))
    failed = built.announced()[-1]
    assert (failed.type, failed.data["detail"], failed.data["kind"]) == (
        "notification.failed",
        "The address does not exist.",
        "budget.exceeded",
    )
    assert failed.data["alert_id"] == built.alerts()[0]["id"]


def test_a_fault_of_ours_neither_loses_a_mail_nor_takes_it_for_unsent(tmp_path) -> None:
    built = scripted(tmp_path, ZeroDivisionError())
    built.tell("budget.exceeded")
    built.sender.send_due()
    assert state(built) == ("pending", "Something went wrong on our side.")
    built.ms += 15_000
    built.sender.send_due()
    assert (state(built), built.mailer.asked) == (("sent", ""), 1)


def test_a_crash_between_sending_and_recording_sends_again_and_leaves_one_mail(built) -> None:
    class CrashesAfterSending:
        def send(self, message) -> None:
            built.mailer.send(message)
            raise KeyboardInterrupt

        def forget(self, mail_ids) -> None:
            raise AssertionError

    built.knows().tell("budget.exceeded")
    crashing = Built(built.folder, mailer=CrashesAfterSending())
    with pytest.raises(KeyboardInterrupt):
        crashing.sender.send_due()
    crashing.service.close()
    assert (len(built.mails()), state(built)) == (1, ("pending", ""))
    restarted = Built(built.folder)
    assert restarted.sender.send_due() == 1
    assert (len(restarted.mails()), state(restarted)) == (1, ("sent", ""))
    restarted.service.close()


def test_a_mail_that_was_accepted_while_the_store_went_away_is_recorded_and_not_sent_again(tmp_path) -> None:
    built = scripted(tmp_path)
    built.tell("budget.exceeded")
    locked = sa.create_engine(f"sqlite:///{built.folder}/notifier.db", connect_args={"timeout": 0})
    blocker = locked.connect()
    original = built.mailer.send

    def send_and_lose_the_store(message) -> None:
        original(message)
        blocker.exec_driver_sql("BEGIN IMMEDIATE")

    built.mailer.send = send_and_lose_the_store
    database = built.service.outbox._database
    with database.engine.connect() as connection:  # the pool has one, and hands it out again
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with pytest.raises(StoreUnavailableError):
        built.sender.send_due()
    blocker.rollback()
    blocker.close()
    locked.dispose()
    built.mailer.send = original
    assert built.sender.send_due() == 0
    assert (built.mailer.attempts, state(built)) == (1, ("sent", ""))


def test_what_one_process_is_sending_no_other_touches(tmp_path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow(Scripted):
        def send(self, message) -> None:
            inside.set()
            go_on.wait(5)
            super().send(message)

    one = Built(tmp_path / "notifier", mailer=Slow(), owner="one").knows()
    two = Built(tmp_path / "notifier", mailer=Scripted(trail=ProviderStatus.ACCEPTED), owner="two")
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


def test_the_store_is_free_while_a_mail_is_being_sent(tmp_path) -> None:
    built = scripted(tmp_path)
    built.tell("budget.exceeded")
    original = built.mailer.send

    def send_and_recover(message) -> None:
        built.tell("budget.recovered")
        original(message)

    built.mailer.send = send_and_recover
    built.sender.send_due()
    assert state(built) == ("sent", "")
    assert built.alerts()[0]["withdrawn_at"]


def test_a_mail_whose_alert_is_withdrawn_between_two_attempts_is_not_sent(tmp_path) -> None:
    built = scripted(tmp_path, TryAgainError("busy"))
    original = built.mailer.send

    def recover_and_fail(message) -> None:
        built.tell("budget.recovered")
        original(message)

    built.mailer.send = recover_and_fail
    built.tell("budget.exceeded")
    built.sender.send_due()
    assert state(built) == ("pending", "busy")
    built.ms += 1_000
    built.sender.send_due()
    assert (state(built)[0], built.mailer.attempts) == ("withdrawn", 1)
    assert [event.type for event in built.announced()] == ["alert.raised", "alert.withdrawn"]


def test_a_mail_of_somebody_who_is_deleted_while_it_is_on_the_way_is_forgotten(built) -> None:
    built.knows().tell("budget.exceeded")
    original = built.mailer.send

    def send_to_the_leaving(message) -> None:
        original(message)
        built.tell("user.deleted")
        original(message)

    built.mailer.send = send_to_the_leaving
    built.sender.send_due()
    assert built.mails() == []
    assert "notification.delivered" not in [event.type for event in built.announced()]


def test_mails_are_counted_by_kind_and_state(tmp_path) -> None:
    built = scripted(tmp_path, None, RefusedError("no"))
    built.tell("budget.exceeded")
    built.sender.send_due()
    built.tell("budget.exceeded", crossing_id=USER)
    built.sender.send_due()
    built.tell("budget.near", crossing_id=ADDRESS.encode().hex()[:8] + USER[8:])
    for kind, what in (("budget.exceeded", "sent"), ("budget.exceeded", "failed"), ("budget.near", "skipped")):
        assert built.metrics.registry.get_sample_value("outlay_mails_total", {"kind": kind, "state": what}) == 1
    assert built.metrics.registry.get_sample_value("outlay_mails_total", {"kind": "budget.exceeded", "state": "pending"}) == 2


def test_the_sender_is_woken_by_a_commit_and_comes_back_when_a_mail_is_due_again(tmp_path) -> None:
    built = scripted(tmp_path, TryAgainError("busy"))
    built.sender.start()
    try:
        built.tell("budget.exceeded")
        eventually(lambda: built.mailer.attempts == 1)

        def a_second_later() -> bool:
            built.ms += 1_000
            built.sender.wake()
            return state(built) == ("sent", "")

        eventually(a_second_later)
        assert built.mailer.attempts == 2
    finally:
        built.sender.stop()
    built.service.close()


def test_the_sender_outlives_a_store_that_fails(tmp_path, caplog) -> None:
    built = Built(tmp_path / "notifier", mailer=Scripted())
    engine = sa.create_engine(f"sqlite:///{built.folder}/notifier.db")
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE mail RENAME TO elsewhere"))
    engine.dispose()
    built.sender.start()
    eventually(lambda: "sender:notifier failed" in caplog.text)
    assert built.sender._thread.is_alive()
    built.sender.stop()
    built.service.close()
