"""What every store guarantees about emails that wait until their recipient confirms the address."""

from __future__ import annotations

import dataclasses
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.delivery.model import MOST_RELEASED, Mail, MailState
from notifier.store import NotifierStore
from support.notifier_store import NOW, OTHER, USER, Machine, a_machine, a_mail, added, an_alert
from testing.servers.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)


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


def hold(store: NotifierStore, mail: Mail, **more: object) -> None:
    with store.write() as uow:
        uow.recipients.lock(mail.user_id)
        uow.mails.hold(mail, **{"at": NOW, "seconds": 60, "reason": "Waits.", **more})  # type: ignore[arg-type]


def release(store: NotifierStore, *, at: object = NOW + HOUR) -> None:
    with store.write() as uow:
        uow.recipients.lock(USER)
        uow.mails.release(USER, at=at)  # type: ignore[arg-type]


def test_a_held_email_waits_without_an_attempt(store, machine) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    hold(store, store.claim().mail)
    assert (store.claim(), store.seconds_until_due()) == (None, 60)
    with store.read() as uow:
        [delivery] = uow.alerts.find(USER, alert.id).deliveries
    assert (delivery.state, delivery.at, delivery.detail) == (MailState.HELD, NOW, "Waits.")
    machine.ms += 60_000
    again = store.claim()
    assert (again.uncertain, again.mail.attempts, again.mail.held_at, again.mail.released_at) == (False, 0, NOW, None)
    hold(store, again.mail, at=NOW + HOUR)
    assert [state for _kind, state in machine.changes] == ["pending", "held"], "it is counted once"


def test_a_release_makes_a_persons_held_emails_due(store, machine) -> None:
    mine, theirs, tried = a_mail(), a_mail(user_id=OTHER), a_mail()
    added(store, mine, theirs)
    for _mail in range(2):
        hold(store, store.claim().mail)
    added(store, tried)
    claimed = store.claim()
    with store.write() as uow:
        uow.mails.postpone(claimed.mail, seconds=60, reason="busy")
    machine.changes.clear()
    release(store)
    assert machine.changes == [("budget.exceeded", "pending")]
    due = store.claim()
    assert (due.mail.id, due.mail.detail, due.mail.held_at, due.mail.released_at) == (mine.id, "", NOW, NOW + HOUR)
    assert store.claim().uncertain, "the other two are not due"


def states(store: NotifierStore) -> list[MailState]:
    with store.read() as uow:
        return [alert.deliveries[0].state for alert in uow.alerts.page(USER, unread=False, limit=20, after=None)]


def test_a_release_skips_all_but_the_newest_and_the_one_in_progress(store, machine) -> None:
    for n in range(MOST_RELEASED + 3):
        alert = an_alert(created_at=NOW + n * HOUR)
        added(store, alert, a_mail(alert_id=alert.id, at=alert.created_at))
        hold(store, store.claim().mail)
    machine.ms += 60_000
    in_hand = store.claim().mail
    release(store)
    assert sorted(states(store)) == ["pending"] * (MOST_RELEASED + 1) + ["skipped"] * 2
    hold(store, in_hand)
    release(store)
    assert sorted(states(store)) == ["pending"] * (MOST_RELEASED + 1) + ["skipped"] * 2


def test_a_released_email_can_be_held_again(store, machine) -> None:
    added(store, a_mail())
    hold(store, store.claim().mail)
    release(store)
    hold(store, store.claim().mail)
    assert store.claim() is None
    assert [state for _kind, state in machine.changes] == ["pending", "held", "pending", "held"]
    release(store, at=NOW + 2 * HOUR)
    assert store.claim().mail.released_at == NOW + 2 * HOUR


def test_a_held_email_is_withdrawn_with_its_alert(store) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    hold(store, store.claim().mail)
    with store.write() as uow:
        uow.alerts.withdraw(alert, NOW)
    release(store)
    with store.read() as uow:
        [delivery] = uow.alerts.find(USER, alert.id).deliveries
    assert (delivery.state, delivery.detail, store.claim()) == (MailState.WITHDRAWN, "", None)


def test_only_the_claiming_process_can_hold_an_email(store, machine) -> None:
    added(store, a_mail())
    mail = store.claim().mail
    hold(machine.store("two"), mail)
    with store.write() as uow:
        assert uow.mails.settle(mail, MailState.SENT, at=NOW)
    hold(store, mail)
    assert [state for _kind, state in machine.changes] == ["pending", "sent"]


def test_a_confirmation_waits_for_a_hold_under_way_and_finds_it(store, machine) -> None:
    added(store, a_mail())
    mail, inside = store.claim().mail, threading.Event()

    def slowly() -> None:
        with store.write() as uow:
            uow.recipients.lock(USER)
            inside.set()
            time.sleep(0.2)
            assert uow.recipients.find(USER).version == 4
            uow.mails.hold(mail, at=NOW, seconds=60, reason="")

    thread = threading.Thread(target=slowly)
    thread.start()
    assert inside.wait(60)
    with machine.store("two").write() as uow:
        uow.recipients.lock(USER)
        known = uow.recipients.find(USER)
        uow.recipients.save(dataclasses.replace(known, version=5))
        uow.mails.release(USER, at=NOW)
    thread.join()
    assert store.claim().mail.id == mail.id


def test_a_hold_waits_for_a_confirmation_under_way_and_sees_it(store, machine) -> None:
    with store.write() as uow:
        known = dataclasses.replace(uow.recipients.find(USER), version=5, verified=False)
        uow.recipients.save(known)
    inside = threading.Event()

    def slowly() -> None:
        with machine.store("two").write() as uow:
            uow.recipients.lock(USER)
            inside.set()
            time.sleep(0.2)
            uow.recipients.save(dataclasses.replace(known, version=6, verified=True))
            uow.mails.release(USER, at=NOW)

    thread = threading.Thread(target=slowly)
    thread.start()
    assert inside.wait(60)
    with store.write() as uow:
        uow.recipients.lock(USER)
        assert uow.recipients.find(USER).verified
    thread.join()
