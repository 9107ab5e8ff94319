"""Who gets which alert, exactly once, in whichever order the events arrive."""

from __future__ import annotations

import itertools
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.messaging.bus import Retry
from chassis.storage.job_worker import JobWorker
from notifier.alerts.model import Period
from notifier.recipients.model import Recipient
from support.notifier_events import OTHER, USER, an_event, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier

JANUARY = Period(date(2015, 1, 1), date(2015, 1, 31))


@pytest.mark.parametrize(
    ("moment", "zone", "told"),
    [
        ("2015-01-01T00:00", "UTC", True),
        ("2014-12-31T23:59", "UTC", True),
        ("2015-02-07T23:59", "UTC", True),
        ("2015-02-08T00:00", "UTC", False),
        # In Auckland a day begins eleven hours before UTC, in Los Angeles eight hours after it.
        ("2014-12-31T12:00", "Pacific/Auckland", True),
        ("2014-12-31T12:00", "America/Los_Angeles", True),
        ("2015-01-01T07:59", "America/Los_Angeles", True),
        ("2015-01-01T08:00", "America/Los_Angeles", True),
        ("2015-02-07T11:00", "Pacific/Auckland", False),
        ("2015-02-07T10:59", "Pacific/Auckland", True),
        ("2015-02-08T07:59", "America/Los_Angeles", True),
        ("2015-02-08T08:00", "America/Los_Angeles", False),
        ("2015-01-15T00:00", "Mars/Olympus_Mons", True),
        ("2017-01-15T00:00", "UTC", False),
    ],
)
def test_a_period_matters_for_seven_days_in_the_recipients_time_zone(moment, zone, told) -> None:
    somebody = Recipient(USER, "sealed", "Maria", "en-US", zone, 1, verified=True)
    assert JANUARY.concerns(somebody.day_of(datetime.fromisoformat(moment).replace(tzinfo=UTC))) is told


def test_an_exceeded_budget_is_one_alert_and_one_email(notifier) -> None:
    notifier.knows()
    event = notifier.tell("budget.exceeded")
    assert notifier.sender.send_due() == 1
    [alert] = notifier.alerts()
    [mail] = notifier.mails()
    assert alert["title"] == "Groceries is over budget"
    assert alert["body"] == (
        "$208.25 of $200.00 spent from January 1, 2015 to January 31, 2015, $8.25 over. "
        "Pushed over by Onion Market, $11.32 on January 24, 2015."
    )
    assert alert["period"] == {"from": "2015-01-01", "to": "2015-01-31"}
    assert (alert["budget_id"], alert["expense_id"]) == (event.data["budget_id"], event.data["expense"]["expense_id"])
    assert alert["deliveries"] == [{"channel": "mail", "state": "sent", "at": "2015-01-24T12:00:00Z", "detail": ""}]
    assert mail["Subject"] == "Groceries is over budget: $208.25 of $200.00"
    assert (mail["To"], mail["X-Outlay-Kind"], mail["X-Outlay-Event-Id"]) == ("maria@example.com", "budget_exceeded", event.id)
    assert [event.type for event in notifier.announced()] == ["alert.raised", "notification.delivered"]
    assert notifier.woken == 2


def test_an_old_period_raises_no_alert(notifier) -> None:
    notifier.knows().now = datetime(2017, 1, 1, tzinfo=UTC)
    notifier.tell("budget.exceeded")
    assert notifier.sender.send_due() == 0
    assert (notifier.alerts(), notifier.announced()) == ([], [])


def test_an_event_delayed_for_a_month_still_raises_an_alert(notifier) -> None:
    notifier.knows()
    event = an_event("budget.exceeded")
    notifier.now = datetime(2015, 3, 1, tzinfo=UTC)
    notifier.handle(event)
    assert notifier.sender.send_due() == 1


def test_the_time_zone_decides_whether_a_period_still_matters(notifier) -> None:
    notifier.knows(time_zone="America/Los_Angeles").knows(OTHER, time_zone="Pacific/Auckland")
    notifier.now = datetime(2015, 2, 7, 12, tzinfo=UTC)
    notifier.tell("budget.exceeded")
    notifier.tell("budget.exceeded", book_id=OTHER, user_id=OTHER, crossing_id=OTHER)
    assert (len(notifier.alerts()), len(notifier.alerts(OTHER))) == (1, 0)


CROSSED, AGAIN, RECOVERED = "crossed", "crossed again", "recovered"
ORDERS = [order for size in (1, 2, 3) for order in itertools.permutations((CROSSED, AGAIN, RECOVERED), size)]


@pytest.mark.parametrize("send_between", [False, True])
@pytest.mark.parametrize("order", ORDERS, ids=" then ".join)
def test_any_order_makes_at_most_one_email_and_ends_withdrawn_on_recovery(notifier, order, send_between) -> None:
    events = {CROSSED: an_event("budget.exceeded"), AGAIN: an_event("budget.exceeded"), RECOVERED: an_event("budget.recovered")}
    notifier.knows()
    for name in order:
        notifier.handle(events[name])
        if send_between:
            notifier.sender.send_due()
    notifier.sender.send_due()
    crossed = CROSSED in order or AGAIN in order
    recovered_first = crossed and order[0] == RECOVERED
    recovered = RECOVERED in order
    assert len(notifier.alerts()) == int(crossed)
    assert all(bool(alert["withdrawn_at"]) is recovered for alert in notifier.alerts())
    expected = crossed and not recovered_first and (send_between or not recovered)
    assert len(notifier.mails()) == int(expected)
    assert [alert["deliveries"][0]["state"] for alert in notifier.alerts()] == ["sent" if expected else "withdrawn"] * int(crossed)


@settings(max_examples=40)
@given(st.data())
def test_each_of_several_crossings_is_emailed_at_most_once(data) -> None:
    crossings = [f"0190f1d2-9113-7e44-8b02-6a7b8c9d0e{number:02x}" for number in range(3)]
    events = [an_event(kind, crossing_id=crossing) for crossing in crossings for kind in ("budget.exceeded", "budget.recovered")]
    delivered = data.draw(st.lists(st.sampled_from([*events, None]), max_size=25))
    with tempfile.TemporaryDirectory() as folder:
        notifier = RunningNotifier(Path(folder) / "notifier").knows()
        for event in delivered:
            if event is None:
                notifier.sender.send_due()
            else:
                notifier.handle(event)
        notifier.sender.send_due()
        alerts, mails = notifier.alerts(), notifier.mails()
        raised = {e.data["crossing_id"] for e in delivered if e and e.type == "budget.exceeded"}
        back = {e.data["crossing_id"] for e in delivered if e and e.type == "budget.recovered"}
        notifier.service.close()
    assert len(alerts) == len(raised)
    assert sum(bool(alert["withdrawn_at"]) for alert in alerts) == len(raised & back)
    assert len(mails) <= len(raised)
    assert len({mail["X-Outlay-Event-Id"] for mail in mails}) == len(mails)
    assert sum(alert["deliveries"][0]["state"] == "sent" for alert in alerts) == len(mails)


def test_browsers_hear_of_a_recovery_once(notifier) -> None:
    notifier.knows().tell("budget.exceeded")
    notifier.handle(recovered := an_event("budget.recovered"))
    notifier.handle(recovered)
    notifier.tell("budget.recovered")
    assert [event.type for event in notifier.announced()] == ["alert.raised", "alert.withdrawn"]
    assert notifier.announced()[1].data["title"] == "Groceries is over budget"


@pytest.mark.parametrize("kind", ["budget.exceeded", "budget.near", "budget.recovered", "import.reviewed"])
def test_an_event_about_an_unknown_person_is_retried(notifier, kind) -> None:
    event = an_event(kind)
    with pytest.raises(Retry):
        notifier.handle(event)
    notifier.knows().handle(event)
    assert len(notifier.alerts()) == (0 if kind == "budget.recovered" else 1)


def test_an_older_version_of_a_person_changes_nothing(notifier) -> None:
    notifier.hears(3, name="Third", email=encrypted_address("third@example.com"))
    notifier.tell("user.registered", version=1, name="First", email=encrypted_address("first@example.com"))
    notifier.hears(2, name="Second", email=encrypted_address("second@example.com"))
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    [mail] = notifier.mails()
    assert mail["To"] == "third@example.com"
    assert "Hello Third," in mail.get_body(("plain",)).get_content()


def test_an_email_goes_to_the_address_at_the_time_of_sending(notifier) -> None:
    notifier.knows().tell("budget.exceeded")
    notifier.hears(2, email=encrypted_address("new@example.com"))
    notifier.sender.send_due()
    assert [mail["To"] for mail in notifier.mails()] == ["new@example.com"]


def test_near_limit_is_shown_in_the_app_and_not_emailed_by_default(notifier) -> None:
    notifier.knows().tell("budget.near")
    assert notifier.sender.send_due() == 0
    [alert] = notifier.alerts()
    assert alert["title"] == "Groceries has reached 80% of its limit"
    assert [entry["state"] for entry in alert["deliveries"]] == ["skipped"]


def test_preferences_choose_channels(notifier) -> None:
    notifier.knows().wants(exceeded=(False, True), near=(True, True), imported=(False, False))
    for kind in ("budget.exceeded", "budget.near"):
        notifier.tell(kind, crossing_id=an_event(kind).id)
    notifier.tell("import.reviewed", exceedances=[])
    notifier.sender.send_due()
    assert sorted(mail["X-Outlay-Kind"] for mail in notifier.mails()) == ["budget_exceeded", "budget_near"]
    assert [alert["kind"] for alert in notifier.alerts()] == ["budget.near"]
    assert [event.type for event in notifier.announced()] == ["alert.raised", "notification.delivered", "notification.delivered"]


def test_an_alert_not_wanted_in_the_app_is_still_emailed_only_once(notifier) -> None:
    notifier.knows().wants(exceeded=(False, True))
    notifier.tell("budget.exceeded")
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    assert (notifier.alerts(), len(notifier.mails())) == ([], 1)


def test_a_completed_import_raises_one_alert(notifier) -> None:
    notifier.knows().tell("import.reviewed", duplicates=3, failed=1, imported=986, exceedances=[])
    notifier.tell("import.reviewed", exceedances=[])
    notifier.sender.send_due()
    [alert], [mail] = notifier.alerts(), notifier.mails()
    assert alert["body"].startswith("986 of 990 rows imported, 3 skipped as duplicates, 1 could not be read. They are dated from")
    assert mail["Subject"] == "household.csv was imported: 986 of 990 rows"


def test_a_deleted_person_is_erased_and_late_events_restore_nothing(notifier) -> None:
    notifier.knows().knows(OTHER).wants()
    notifier.tell("budget.exceeded")
    notifier.tell("budget.exceeded", book_id=OTHER, user_id=OTHER, crossing_id=OTHER)
    notifier.tell("user.password_reset_requested", email=encrypted_address("x@example.com"), token=encrypted_token("t"))
    notifier.sender.send_due()
    notifier.tell("budget.near", crossing_id=USER)
    notifier.tell("budget.recovered", crossing_id=OTHER[:-1] + "9")
    gone = notifier.tell("user.deleted")
    notifier.handle(gone)
    notifier.tell("user.deleted")
    notifier.hears(9)
    notifier.tell("budget.exceeded", crossing_id=OTHER[:-1] + "8")
    notifier.tell("user.verification_requested")
    assert notifier.sender.send_due() == 0
    assert notifier.alerts() == []
    assert notifier.call("GET", "/alerts/preferences").json()["version"] == 0
    assert [mail["X-Outlay-Kind"] for mail in notifier.mails()] == ["budget_exceeded"]
    assert len(notifier.alerts(OTHER)) == 1


def test_the_note_of_a_deletion_is_removed_after_sixty_days(notifier) -> None:
    notifier.tell("user.deleted")
    notifier.tell("user.registered")
    [jobs] = [worker for worker in notifier.service.workers if isinstance(worker, JobWorker)]
    jobs.run_once()
    notifier.ms += int(timedelta(days=61).total_seconds() * 1000)
    jobs.run_once()
    with pytest.raises(Retry):
        notifier.tell("budget.exceeded")
