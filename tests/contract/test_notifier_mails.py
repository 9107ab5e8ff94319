"""What every store guarantees about emails: claimed by one process, watched by all, settled once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.claims import CHECK_SECONDS
from notifier.delivery.model import LEASE_SECONDS, MailState
from notifier.store import NotifierStore
from notifier.tables import shared
from support.notifier_store import NOW, OTHER, USER, Machine, a_machine, a_mail, added, an_alert
from testing.servers.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest) -> str:
    return store_url(request, "notifier")


@pytest.fixture
def machine(url: str) -> Iterator[Machine]:
    with a_machine(url) as machine:
        yield machine


@pytest.fixture
def store(machine: Machine) -> NotifierStore:
    return machine.knowing()


def test_a_claim_contains_everything_needed_to_send(store) -> None:
    alert = an_alert()
    mail = a_mail(alert_id=alert.id)
    letter = a_mail(
        kind="verify_email", address="sealed too", token="sealed token", facts={"name": "M", "locale": "de-DE"}, user_id=OTHER
    )
    added(store, alert, mail, letter)
    first = store.claim()
    with store.write() as uow:
        uow.mails.settle(first.mail, MailState.SENT, at=NOW)
    second = store.claim()
    assert (first.mail, first.address, first.name, first.locale, first.withdrawn) == (mail, "sealed", "Maria 🍕", "ar-EG", False)
    assert (second.mail, second.address, second.name, second.locale) == (letter, "sealed too", "M", "de-DE")


def test_a_claim_is_respected_until_another_has_watched_it_for_a_lease(store, machine) -> None:
    mail, other = a_mail(), machine.store("two")
    added(store, mail)
    assert (store.claim().mail, other.claim()) == (mail, None)
    assert other.seconds_until_due() == CHECK_SECONDS
    machine.seconds += LEASE_SECONDS - 0.1
    assert other.claim() is None
    machine.seconds += 0.1
    taken = other.claim()
    assert (taken.mail, taken.uncertain) == (mail, True)
    with store.write() as uow:
        assert not uow.mails.settle(mail, MailState.SENT, at=NOW), "the lease went to another"
        uow.mails.postpone(mail, seconds=0, reason="")
        uow.mails.mark_uncertain(mail, seconds=0, reason="", ended=True)
        assert uow.mails.exists(mail.id)
    assert store.claim() is None
    with other.write() as uow:
        assert uow.mails.settle(mail, MailState.SENT, at=NOW)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_moved_clock_takes_no_email_from_a_living_process(store, machine, step) -> None:
    added(store, a_mail())
    other = machine.store("two")
    assert (store.claim() is not None, other.claim()) == (True, None)
    machine.ms += step * 1000
    machine.seconds += LEASE_SECONDS - 0.1
    assert other.claim() is None


def test_a_renewed_claim_is_watched_anew(store, machine) -> None:
    added(store, a_mail())
    other = machine.store("two")
    for _round in range(3):
        assert (store.claim() is not None, other.claim()) == (True, None)
        machine.seconds += LEASE_SECONDS / 2


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_moved_clock_delays_no_email(store, machine, step) -> None:
    waits, fresh = a_mail(), a_mail()
    added(store, waits)
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.postpone(claimed.mail, seconds=60, reason="")
    added(store, fresh)
    machine.ms += step * 1000
    assert store.seconds_until_due() == 0
    found = set()
    for _turn in range(2):
        mail = store.claim().mail
        found.add(mail.id)
        with store.write() as uow:
            uow.mails.settle(mail, MailState.SENT, at=NOW)
    assert found == {waits.id, fresh.id}


def test_a_clock_some_seconds_behind_waits_as_long_as_others(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.postpone(claimed.mail, seconds=10, reason="")
    machine.ms -= 30_000
    assert (store.claim(), store.seconds_until_due()) == (None, 40)


def test_a_restarted_process_gets_its_claims_back_as_uncertain(store) -> None:
    mail = a_mail()
    added(store, mail)
    first, again = store.claim(), store.claim()
    assert (first.mail, again.mail) == (mail, mail)
    assert (first.uncertain, again.uncertain, again.attempt) == (False, True, first.attempt)


def test_uncertainty_stays_until_an_attempt_certainly_failed(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.mark_uncertain(claimed.mail, seconds=10, reason="No answer.", ended=True)
    assert store.claim() is None
    machine.ms += 10_000
    unsure = store.claim()
    assert (unsure.uncertain, unsure.mail.attempts, unsure.mail.detail) == (True, 1, "No answer.")
    with store.write() as uow:
        again = uow.mails.start_attempt(unsure)
    assert again.attempt > unsure.attempt
    assert store.claim().attempt == again.attempt
    with store.write() as uow:
        uow.mails.postpone(unsure.mail, seconds=0, reason="Refused to connect.")
    sure = store.claim()
    assert (sure.uncertain, sure.mail.attempts, sure.mail.detail) == (False, 2, "Refused to connect.")


def test_a_report_settles_a_claimed_email_and_removes_its_secrets(store, machine) -> None:
    mail = a_mail(address="sealed", token="sealed")
    added(store, mail)
    claimed = store.claim()
    with machine.store("two").write() as uow:
        assert uow.mails.lock(uuid7()) is None
        uow.mails.record_report(uow.mails.lock(mail.id), MailState.DELIVERED, at=NOW, detail="x" * 5000)
    with store.write() as uow:
        assert not uow.mails.settle(claimed.mail, MailState.SENT, at=NOW)
        told = uow.mails.lock(mail.id)
    assert (told.state, told.reported_at, told.address, told.token) == (MailState.DELIVERED, NOW, None, None)
    assert machine.changes[-1] == ("budget.exceeded", "delivered")


def test_an_email_that_may_have_been_sent_is_not_withdrawn(store) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.mark_uncertain(claimed.mail, seconds=0, reason="", ended=True)
        uow.alerts.withdraw(alert, NOW)
    again = store.claim()
    assert (again.uncertain, again.withdrawn) == (True, True)


def test_a_withdrawal_while_sending_shows_at_the_next_claim(store) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    claimed = store.claim()
    with store.write() as uow:
        uow.alerts.withdraw(alert, NOW)
        uow.mails.postpone(claimed.mail, seconds=0, reason="")
    assert store.claim().withdrawn


def test_a_postponed_email_waits_and_counts_its_attempts(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.postpone(claimed.mail, seconds=10, reason="The channel is busy.")
    assert store.claim() is None
    assert store.seconds_until_due() == 10
    machine.ms += 10_000
    due, claimed = store.seconds_until_due(), store.claim()
    assert (due, claimed.mail.attempts, claimed.mail.detail, claimed.uncertain) == (0, 1, "The channel is busy.", False)


def test_a_settled_email_is_final_and_has_no_secrets(store, machine) -> None:
    mail = a_mail(token="sealed", address="sealed")
    added(store, mail)
    store.claim()
    with store.write() as uow:
        assert uow.mails.settle(mail, MailState.FAILED, at=NOW, detail="x" * 5000)
        assert not uow.mails.settle(mail, MailState.SENT, at=NOW)
    assert (store.claim(), store.seconds_until_due()) == (None, None)
    assert machine.changes == [("budget.exceeded", "pending"), ("budget.exceeded", "failed")]


def test_emails_of_a_failed_transaction_are_not_reported(store, machine) -> None:
    with pytest.raises(RuntimeError), store.write() as uow:
        uow.mails.add(a_mail())
        uow.publish("alert.raised", USER, {})
        raise RuntimeError
    assert machine.changes == []
    with machine.database.read() as connection:
        assert connection.execute(shared.outbox.select()).all() == []


def test_many_processes_claim_each_email_once(store, machine) -> None:
    mails = [a_mail() for _number in range(40)]
    added(store, *mails)
    sent: list[str] = []

    def work(owner: str) -> None:
        mine = machine.store(owner)
        while (claimed := mine.claim()) is not None:
            with mine.write() as uow:
                assert uow.mails.settle(claimed.mail, MailState.SENT, at=NOW)
            sent.append(claimed.mail.id)

    threads = [threading.Thread(target=work, args=(owner,)) for owner in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(mail.id for mail in mails)
