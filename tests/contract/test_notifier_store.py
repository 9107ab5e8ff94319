"""What every store guarantees to the notifier. Another database is another entry of STORES."""

from __future__ import annotations

import dataclasses
import threading
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from chassis.runtime.ids import uuid7
from notifier.alerts.model import Alert, Period
from notifier.delivery.model import MailState, MailStop
from notifier.preferences.model import DEFAULT_CHANNELS, DEFAULT_PREFERENCES, AlertKind, Channels, Preferences, StaleVersionError
from notifier.store import NotifierStore, NotifierUnitOfWork
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


def test_a_recipient_is_stored_in_the_newest_version(store) -> None:
    with store.write() as uow:
        known = uow.recipients.find(USER)
        for version in (3, 4, 6, 5):
            uow.recipients.save(dataclasses.replace(known, version=version, name=f"v{version}"))
    with store.read() as uow:
        assert uow.recipients.find(USER).name == "v6"
        assert uow.recipients.find(OTHER) is None


def test_verification_is_stored_with_its_version(store) -> None:
    with store.write() as uow:
        known = uow.recipients.find(USER)
        assert known.verified
        for version, verified in ((5, False), (4, True), (6, True), (7, False)):
            uow.recipients.save(dataclasses.replace(known, version=version, verified=verified))
            assert uow.recipients.find(USER).verified is (verified if version != 4 else False)
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    assert not store.claim().verified


def test_an_alert_is_returned_as_it_was_stored(store) -> None:
    alert = an_alert(
        budget_id=uuid7(), expense_id=uuid7(), period=Period(date(2015, 1, 1), date(2015, 1, 31)), read_at=NOW, withdrawn_at=NOW
    )
    added(store, alert)
    with store.read() as uow:
        assert uow.alerts.find(USER, alert.id) == alert
        assert uow.alerts.find_by_cause(USER, alert.cause_id) == alert
        assert uow.alerts.exists_for(alert.cause_id)
        assert uow.alerts.find(OTHER, alert.id) is None
        assert uow.alerts.find_by_cause(OTHER, alert.cause_id) is None


def test_a_cause_has_one_alert_even_with_two_processes(store) -> None:
    first = an_alert()
    added(store, first)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate|integrity"):
        added(store, an_alert(cause_id=first.cause_id))


def test_pages_follow_each_other_by_moment_and_id(store) -> None:
    alerts = [an_alert(created_at=NOW + timedelta(milliseconds=number // 3)) for number in range(10)]
    added(store, *alerts, an_alert(user_id=OTHER), an_alert(listed=False))
    expected = [alert.id for alert in sorted(alerts, key=lambda alert: (alert.created_at, alert.id), reverse=True)]
    found: list[Alert] = []
    with store.read() as uow:
        while True:
            last = found[-1] if found else None
            after = (round(last.created_at.timestamp() * 1000), last.id) if last else None
            page = uow.alerts.page(USER, unread=False, limit=4, after=after)
            if not page:
                break
            found += page
        assert uow.alerts.count_unread(USER) == 10
    assert [alert.id for alert in found] == expected


def test_withdrawing_an_alert_stops_its_pending_email_only(store, machine) -> None:
    alert, other = an_alert(), an_alert()
    added(store, alert, other, a_mail(alert_id=alert.id), a_mail(alert_id=other.id))
    machine.changes.clear()
    with store.write() as uow:
        uow.alerts.withdraw(alert, NOW)
    with store.read() as uow:
        assert [entry.state for entry in uow.alerts.find(USER, alert.id).deliveries] == [MailState.WITHDRAWN]
        assert [entry.state for entry in uow.alerts.find(USER, other.id).deliveries] == [MailState.PENDING]
    assert machine.changes == [("budget.exceeded", "withdrawn")]


def test_a_note_of_a_recovery_is_taken_once_and_only_by_its_owner(store) -> None:
    cause = uuid7()
    with store.write() as uow:
        uow.alerts.note_ended_cause(USER, cause)
        uow.alerts.note_ended_cause(USER, cause)
        assert not uow.alerts.take_ended_cause(OTHER, cause)
        assert uow.alerts.take_ended_cause(USER, cause)
        assert not uow.alerts.take_ended_cause(USER, cause)


def test_a_report_is_new_once_and_forgotten_after_two_months(store, machine) -> None:
    report_id = "ZGVsaXZlcmVkLTA-_" * 5
    for expected in (True, False):
        with store.write() as uow:
            assert uow.reports.mark_handled(report_id) is expected
    machine.ms += 61 * 24 * 3600 * 1000
    store.run(NotifierUnitOfWork.clean_up)
    with store.write() as uow:
        assert uow.reports.mark_handled(report_id)


def test_a_stop_is_stored_replaced_removed_and_part_of_each_claim(store) -> None:
    stop = MailStop("Your provider refused it: mailbox full", NOW)
    added(store, a_mail())
    with store.write() as uow:
        assert uow.recipients.stop_of(USER) is None
        uow.recipients.set_stop(USER, MailStop("earlier", NOW))
        uow.recipients.set_stop(USER, stop)
        assert (uow.recipients.stop_of(USER), uow.recipients.stop_of(OTHER)) == (stop, None)
    assert store.claim().stop == stop
    with store.write() as uow:
        uow.recipients.set_stop(USER, dataclasses.replace(stop, lifted=True))
        assert uow.recipients.stop_of(USER).lifted
        uow.recipients.set_stop(USER, None)
        assert uow.recipients.stop_of(USER) is None


def test_preferences_have_versions(store) -> None:
    wish = Preferences({**DEFAULT_CHANNELS, AlertKind.NEAR: Channels(app=False, mail=True)}, 0)
    with store.write() as uow:
        assert uow.preferences.get(USER) == DEFAULT_PREFERENCES
        uow.preferences.replace(USER, wish)
        assert uow.preferences.get(USER) == dataclasses.replace(wish, version=1)
        assert uow.preferences.get(OTHER) == DEFAULT_PREFERENCES
        uow.preferences.replace(USER, uow.preferences.get(USER))
        assert uow.preferences.get(USER).version == 2
    for stale in (0, 1, 3):
        with pytest.raises(StaleVersionError), store.write() as uow:
            uow.preferences.replace(USER, dataclasses.replace(wish, version=stale))


def test_erasing_affects_one_person_and_notes_the_deletion(store, machine) -> None:
    mine, theirs = a_mail(), a_mail(user_id=OTHER)
    added(store, an_alert(), an_alert(user_id=OTHER), mine, theirs)
    with store.write() as uow:
        uow.alerts.note_ended_cause(USER, uuid7())
        uow.preferences.replace(USER, DEFAULT_PREFERENCES)
        uow.recipients.set_stop(USER, MailStop("refused", NOW))
        assert uow.recipients.erase(USER) == [mine.id]
        assert uow.recipients.erase(USER) == []
    with store.read() as uow:
        assert (uow.recipients.was_deleted(USER), uow.recipients.was_deleted(OTHER)) == (True, False)
        assert (uow.recipients.find(USER), uow.recipients.stop_of(USER), uow.preferences.get(USER)) == (
            None,
            None,
            DEFAULT_PREFERENCES,
        )
        assert not uow.mails.exists(mine.id)
        assert uow.mails.exists(theirs.id)
        assert (uow.alerts.count_unread(USER), uow.alerts.count_unread(OTHER)) == (0, 1)
    machine.ms += 61 * 24 * 3600 * 1000
    store.run(NotifierUnitOfWork.clean_up)
    with store.read() as uow:
        assert not uow.recipients.was_deleted(USER)


def test_an_event_is_new_once(store) -> None:
    event_id = uuid7()
    with store.write() as uow:
        assert uow.mark_handled(event_id)
    with store.write() as uow:
        assert not uow.mark_handled(event_id)


def test_events_of_one_person_are_processed_one_after_another(store, machine) -> None:
    inside, order = threading.Event(), []

    def slow() -> None:
        with store.write() as uow:
            uow.recipients.lock(USER)
            inside.set()
            time.sleep(0.2)
            order.append("slow")

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(60)
    with machine.store("two").write() as uow:
        uow.recipients.lock(USER)
        order.append("second")
    thread.join()
    assert order == ["slow", "second"]
