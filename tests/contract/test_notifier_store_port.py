"""What every store promises to the notifier. Another database is another entry of STORES."""

from __future__ import annotations

import dataclasses
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.events import event_maker
from chassis.ids import uuid7
from chassis.sql import Database
from chassis.sql.migrations import migrate
from notifier.adapters.sql import SqlStore, shared
from notifier.adapters.sql.claims import LOOK_SECONDS
from notifier.domain.alerts import Alert, Period
from notifier.domain.errors import StaleVersionError
from notifier.domain.mails import LEASE_SECONDS, Mail, MailState, Stop
from notifier.domain.preferences import DEFAULTS, UNSAID, AlertKind, Channels, Preferences
from notifier.domain.recipients import Recipient
from support.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2015, 1, 24, 18, 0, 0, 250_000, tzinfo=UTC)
USER, OTHER = uuid7(), uuid7()


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest) -> str:
    return store_url(request, "notifier")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    migrate(database, "notifier")
    yield database
    database.close()


class Machine:
    """The machine's time, and stores of processes that live by it."""

    def __init__(self, database: Database) -> None:
        self.ms = 10_000_000
        self.seconds = 0.0
        self.changes: list[tuple[str, str]] = []
        self._database = database

    def store(self, owner: str = "one") -> SqlStore:
        make = event_maker("notifier", lambda: NOW, uuid7)
        return SqlStore(
            self._database, make_event=make, owner=owner, now_ms=lambda: self.ms, elapsed=lambda: self.seconds,
            on_mails=self.changes.extend,
        )  # fmt: skip


@pytest.fixture
def machine(database: Database) -> Machine:
    return Machine(database)


@pytest.fixture
def store(machine: Machine) -> SqlStore:
    store = machine.store()
    with store.begin() as work:
        work.recipients.keep(Recipient(USER, "sealed", "Maria 🍕", "ar-EG", "Africa/Cairo", 4))
    return store


def an_alert(**more: Any) -> Alert:
    facts = {
        "id": uuid7(),
        "user_id": USER,
        "cause_id": uuid7(),
        "kind": AlertKind.EXCEEDED,
        "title": "بقالة 🍕",
        "body": "b" * 3000,
    }
    return Alert(**{**facts, "created_at": NOW, "listed": True, **more})


def a_mail(**more: Any) -> Mail:
    facts = {
        "id": uuid7(),
        "user_id": USER,
        "event_id": uuid7(),
        "kind": "budget.exceeded",
        "facts": {"budget_name": "بقالة"},
        "at": NOW,
    }
    return Mail(**{**facts, **more})


def added(store: SqlStore, *things: Alert | Mail) -> None:
    with store.begin() as work:
        for thing in things:
            (work.alerts.add if isinstance(thing, Alert) else work.mails.add)(thing)  # type: ignore[operator]


def test_a_person_is_kept_in_the_newest_version(store) -> None:
    with store.begin() as work:
        known = work.recipients.find(USER)
        for version in (3, 4, 6, 5):
            work.recipients.keep(dataclasses.replace(known, version=version, name=f"v{version}"))
    with store.read() as work:
        assert work.recipients.find(USER).name == "v6"
        assert work.recipients.find(OTHER) is None


def test_an_alert_comes_back_as_it_was_given(store) -> None:
    alert = an_alert(
        budget_id=uuid7(), expense_id=uuid7(), period=Period(date(2015, 1, 1), date(2015, 1, 31)), read_at=NOW, withdrawn_at=NOW
    )
    added(store, alert)
    with store.read() as work:
        assert work.alerts.find(USER, alert.id) == alert
        assert work.alerts.of_cause(USER, alert.cause_id) == alert
        assert work.alerts.known(alert.cause_id)
        assert work.alerts.find(OTHER, alert.id) is None
        assert work.alerts.of_cause(OTHER, alert.cause_id) is None


def test_a_cause_has_one_alert_whatever_two_processes_believe(store) -> None:
    first = an_alert()
    added(store, first)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate|integrity"):
        added(store, an_alert(cause_id=first.cause_id))


def test_pages_follow_each_other_by_moment_and_id(store) -> None:
    alerts = [an_alert(created_at=NOW + timedelta(milliseconds=number // 3)) for number in range(10)]
    added(store, *alerts, an_alert(user_id=OTHER), an_alert(listed=False))
    expected = [alert.id for alert in sorted(alerts, key=lambda alert: (alert.created_at, alert.id), reverse=True)]
    found: list[Alert] = []
    with store.read() as work:
        while True:
            last = found[-1] if found else None
            after = (round(last.created_at.timestamp() * 1000), last.id) if last else None
            page = work.alerts.page(USER, unread=False, limit=4, after=after)
            if not page:
                break
            found += page
        assert work.alerts.count_unread(USER) == 10
    assert [alert.id for alert in found] == expected


def test_a_withdrawn_alert_stops_its_waiting_mail_and_no_other(store, machine) -> None:
    alert, other = an_alert(), an_alert()
    added(store, alert, other, a_mail(alert_id=alert.id), a_mail(alert_id=other.id))
    machine.changes.clear()
    with store.begin() as work:
        work.alerts.withdraw(alert, NOW)
    with store.read() as work:
        assert [entry.state for entry in work.alerts.find(USER, alert.id).deliveries] == [MailState.WITHDRAWN]
        assert [entry.state for entry in work.alerts.find(USER, other.id).deliveries] == [MailState.PENDING]
    assert machine.changes == [("budget.exceeded", "withdrawn")]


def test_a_note_of_a_recovery_is_taken_once_and_only_by_its_owner(store) -> None:
    cause = uuid7()
    with store.begin() as work:
        work.alerts.note_recovery(USER, cause)
        work.alerts.note_recovery(USER, cause)
        assert not work.alerts.take_recovery(OTHER, cause)
        assert work.alerts.take_recovery(USER, cause)
        assert not work.alerts.take_recovery(USER, cause)


def test_a_mail_is_claimed_with_all_that_sending_needs(store) -> None:
    alert = an_alert()
    mail = a_mail(alert_id=alert.id)
    letter = a_mail(
        kind="verify_email", address="sealed too", token="sealed token", facts={"name": "M", "locale": "de-DE"}, user_id=OTHER
    )
    added(store, alert, mail, letter)
    first = store.claim()
    with store.begin() as work:
        work.mails.settle(first.mail, MailState.SENT, at=NOW)
    second = store.claim()
    assert (first.mail, first.address, first.name, first.locale, first.withdrawn) == (mail, "sealed", "Maria 🍕", "ar-EG", False)
    assert (second.mail, second.address, second.name, second.locale) == (letter, "sealed too", "M", "de-DE")


def test_a_claim_keeps_others_away_until_one_of_them_has_watched_it_for_a_lease(store, machine) -> None:
    mail, other = a_mail(), machine.store("two")
    added(store, mail)
    assert (store.claim().mail, other.claim()) == (mail, None)
    assert other.seconds_until_due() == LOOK_SECONDS
    machine.seconds += LEASE_SECONDS - 0.1
    assert other.claim() is None
    machine.seconds += 0.1
    taken = other.claim()
    assert (taken.mail, taken.unsure) == (mail, True)
    with store.begin() as work:
        assert not work.mails.settle(mail, MailState.SENT, at=NOW), "the lease went to another"
        work.mails.postpone(mail, seconds=0, reason="")
        work.mails.doubt(mail, seconds=0, reason="", ended=True)
        assert work.mails.exists(mail.id)
    assert store.claim() is None
    with other.begin() as work:
        assert work.mails.settle(mail, MailState.SENT, at=NOW)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_clock_that_is_stepped_takes_no_mail_from_the_living(store, machine, step) -> None:
    added(store, a_mail())
    other = machine.store("two")
    assert (store.claim() is not None, other.claim()) == (True, None)
    machine.ms += step * 1000
    machine.seconds += LEASE_SECONDS - 0.1
    assert other.claim() is None


def test_a_holder_that_claims_anew_is_watched_anew(store, machine) -> None:
    added(store, a_mail())
    other = machine.store("two")
    for _round in range(3):
        assert (store.claim() is not None, other.claim()) == (True, None)
        machine.seconds += LEASE_SECONDS / 2


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_clock_that_is_stepped_keeps_no_mail_waiting(store, machine, step) -> None:
    waits, fresh = a_mail(), a_mail()
    added(store, waits)
    claimed = store.claim()
    with store.begin() as work:
        work.mails.postpone(claimed.mail, seconds=60, reason="")
    added(store, fresh)
    machine.ms += step * 1000
    assert store.seconds_until_due() == 0
    found = set()
    for _turn in range(2):
        mail = store.claim().mail
        found.add(mail.id)
        with store.begin() as work:
            work.mails.settle(mail, MailState.SENT, at=NOW)
    assert found == {waits.id, fresh.id}


def test_a_machine_whose_clock_is_some_seconds_behind_is_as_patient_as_the_others(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.begin() as work:
        work.mails.postpone(claimed.mail, seconds=10, reason="")
    machine.ms -= 30_000
    assert (store.claim(), store.seconds_until_due()) == (None, 40)


def test_what_a_process_claimed_before_it_crashed_is_its_own_again_with_a_doubt(store) -> None:
    mail = a_mail()
    added(store, mail)
    first, again = store.claim(), store.claim()
    assert (first.mail, again.mail) == (mail, mail)
    assert (first.unsure, again.unsure, again.attempt) == (False, True, first.attempt)


def test_a_doubt_stays_until_an_attempt_surely_failed(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.begin() as work:
        work.mails.doubt(claimed.mail, seconds=10, reason="No answer.", ended=True)
    assert store.claim() is None
    machine.ms += 10_000
    unsure = store.claim()
    assert (unsure.unsure, unsure.mail.attempts, unsure.mail.detail) == (True, 1, "No answer.")
    with store.begin() as work:
        again = work.mails.begin_again(unsure)
    assert again.attempt > unsure.attempt
    assert store.claim().attempt == again.attempt
    with store.begin() as work:
        work.mails.postpone(unsure.mail, seconds=0, reason="Refused to connect.")
    sure = store.claim()
    assert (sure.unsure, sure.mail.attempts, sure.mail.detail) == (False, 2, "Refused to connect.")


def test_a_report_settles_a_mail_whoever_holds_it_and_blanks_its_secrets(store, machine) -> None:
    mail = a_mail(address="sealed", token="sealed")
    added(store, mail)
    claimed = store.claim()
    with machine.store("two").begin() as work:
        assert work.mails.report(uuid7()) is None
        work.mails.note(work.mails.report(mail.id), MailState.DELIVERED, at=NOW, detail="x" * 5000)
    with store.begin() as work:
        assert not work.mails.settle(claimed.mail, MailState.SENT, at=NOW)
        told = work.mails.report(mail.id)
    assert (told.state, told.reported_at, told.address, told.token) == (MailState.DELIVERED, NOW, None, None)
    assert machine.changes[-1] == ("budget.exceeded", "delivered")


def test_a_report_is_taken_for_the_first_time_once_and_forgotten_after_two_months(store, machine) -> None:
    report_id = "ZGVsaXZlcmVkLTA-_" * 5
    for expected in (True, False):
        with store.begin() as work:
            assert work.first_report(report_id) is expected
    machine.ms += 61 * 24 * 3600 * 1000
    store.tidy()
    with store.begin() as work:
        assert work.first_report(report_id)


def test_a_stop_is_kept_replaced_and_forgotten_and_comes_with_each_claim(store) -> None:
    stop = Stop("Your provider refused it: mailbox full", NOW)
    added(store, a_mail())
    with store.begin() as work:
        assert work.recipients.stop_of(USER) is None
        work.recipients.stop(USER, Stop("earlier", NOW))
        work.recipients.stop(USER, stop)
        assert (work.recipients.stop_of(USER), work.recipients.stop_of(OTHER)) == (stop, None)
    assert store.claim().stop == stop
    with store.begin() as work:
        work.recipients.stop(USER, dataclasses.replace(stop, lifted=True))
        assert work.recipients.stop_of(USER).lifted
        work.recipients.stop(USER, None)
        assert work.recipients.stop_of(USER) is None


def test_a_mail_that_may_have_been_sent_is_not_withdrawn_behind_its_back(store) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    claimed = store.claim()
    with store.begin() as work:
        work.mails.doubt(claimed.mail, seconds=0, reason="", ended=True)
        work.alerts.withdraw(alert, NOW)
    again = store.claim()
    assert (again.unsure, again.withdrawn) == (True, True)


def test_a_mail_that_is_being_sent_is_not_stopped_but_its_next_claim_knows(store) -> None:
    alert = an_alert()
    added(store, alert, a_mail(alert_id=alert.id))
    claimed = store.claim()
    with store.begin() as work:
        work.alerts.withdraw(alert, NOW)
        work.mails.postpone(claimed.mail, seconds=0, reason="")
    assert store.claim().withdrawn


def test_a_postponed_mail_waits_and_counts_its_attempts(store, machine) -> None:
    added(store, a_mail())
    claimed = store.claim()
    with store.begin() as work:
        work.mails.postpone(claimed.mail, seconds=10, reason="The channel is busy.")
    assert store.claim() is None
    assert store.seconds_until_due() == 10
    machine.ms += 10_000
    due, claimed = store.seconds_until_due(), store.claim()
    assert (due, claimed.mail.attempts, claimed.mail.detail, claimed.unsure) == (0, 1, "The channel is busy.", False)


def test_a_settled_mail_is_final_and_has_no_secret(store, machine) -> None:
    mail = a_mail(token="sealed", address="sealed")
    added(store, mail)
    store.claim()
    with store.begin() as work:
        assert work.mails.settle(mail, MailState.FAILED, at=NOW, detail="x" * 5000)
        assert not work.mails.settle(mail, MailState.SENT, at=NOW)
    assert (store.claim(), store.seconds_until_due()) == (None, None)
    assert machine.changes == [("budget.exceeded", "pending"), ("budget.exceeded", "failed")]


def test_nobody_hears_of_mails_of_a_transaction_that_failed(store, machine, database) -> None:
    with pytest.raises(RuntimeError), store.begin() as work:
        work.mails.add(a_mail())
        work.announce("alert.raised", USER, {})
        raise RuntimeError
    assert machine.changes == []
    with database.read() as connection:
        assert connection.execute(shared.outbox.select()).all() == []


def test_preferences_have_versions(store) -> None:
    wish = Preferences({**DEFAULTS, AlertKind.NEAR: Channels(app=False, mail=True)}, 0)
    with store.begin() as work:
        assert work.preferences.of(USER) == UNSAID
        work.preferences.replace(USER, wish)
        assert work.preferences.of(USER) == dataclasses.replace(wish, version=1)
        assert work.preferences.of(OTHER) == UNSAID
        work.preferences.replace(USER, work.preferences.of(USER))
        assert work.preferences.of(USER).version == 2
    for stale in (0, 1, 3):
        with pytest.raises(StaleVersionError), store.begin() as work:
            work.preferences.replace(USER, dataclasses.replace(wish, version=stale))


def test_erasing_leaves_others_alone_and_remembers_that_somebody_left(store, machine) -> None:
    mine, theirs = a_mail(), a_mail(user_id=OTHER)
    added(store, an_alert(), an_alert(user_id=OTHER), mine, theirs)
    with store.begin() as work:
        work.alerts.note_recovery(USER, uuid7())
        work.preferences.replace(USER, UNSAID)
        work.recipients.stop(USER, Stop("refused", NOW))
        assert work.recipients.erase(USER) == [mine.id]
        assert work.recipients.erase(USER) == []
    with store.read() as work:
        assert (work.recipients.departed(USER), work.recipients.departed(OTHER)) == (True, False)
        assert (work.recipients.find(USER), work.recipients.stop_of(USER), work.preferences.of(USER)) == (None, None, UNSAID)
        assert not work.mails.exists(mine.id)
        assert work.mails.exists(theirs.id)
        assert (work.alerts.count_unread(USER), work.alerts.count_unread(OTHER)) == (0, 1)
    machine.ms += 61 * 24 * 3600 * 1000
    store.tidy()
    with store.read() as work:
        assert not work.recipients.departed(USER)


def test_an_event_is_handled_for_the_first_time_once(store) -> None:
    event_id = uuid7()
    with store.begin() as work:
        assert work.first_time(event_id)
    with store.begin() as work:
        assert not work.first_time(event_id)


def test_what_is_told_to_one_user_is_told_one_after_the_other(store, machine) -> None:
    inside, order = threading.Event(), []

    def slow() -> None:
        with store.begin(turn_of=USER):
            inside.set()
            time.sleep(0.2)
            order.append("slow")

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(5)
    with machine.store("two").begin(turn_of=USER):
        order.append("second")
    thread.join()
    assert order == ["slow", "second"]


def test_many_senders_claim_each_mail_once(store, machine) -> None:
    mails = [a_mail() for _number in range(40)]
    added(store, *mails)
    claimed: list[str] = []

    def work(owner: str) -> None:
        mine = machine.store(owner)
        while (envelope := mine.claim()) is not None:
            with mine.begin() as transaction:
                assert transaction.mails.settle(envelope.mail, MailState.SENT, at=NOW)
            claimed.append(envelope.mail.id)

    threads = [threading.Thread(target=work, args=(owner,)) for owner in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(mail.id for mail in mails)
