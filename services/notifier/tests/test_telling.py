"""Who is told what, exactly once, in whichever order the events come."""

from __future__ import annotations

import itertools
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.messaging.bus import Retry
from notifier.alerts.model import Period
from notifier.recipients.model import Recipient
from support.notifier_world import OTHER, USER, Built, an_event, sealed_address, sealed_token

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
def test_a_period_is_worth_a_word_until_seven_days_after_its_end_where_the_recipient_lives(moment, zone, told) -> None:
    somebody = Recipient(USER, "sealed", "Maria", "en-US", zone, 1, verified=True)
    assert JANUARY.concerns(somebody.day_of(datetime.fromisoformat(moment).replace(tzinfo=UTC))) is told


def test_a_budget_exceeded_is_one_alert_and_one_mail(built) -> None:
    built.knows()
    event = built.tell("budget.exceeded")
    assert built.sender.send_due() == 1
    [alert] = built.alerts()
    [mail] = built.mails()
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
    assert [event.type for event in built.announced()] == ["alert.raised", "notification.delivered"]
    assert built.woken == 2


def test_nothing_is_said_about_a_period_that_is_long_over(built) -> None:
    built.knows().now = datetime(2017, 1, 1, tzinfo=UTC)
    built.tell("budget.exceeded")
    assert built.sender.send_due() == 0
    assert (built.alerts(), built.announced()) == ([], [])


def test_an_event_that_waited_for_a_month_is_told_all_the_same(built) -> None:
    built.knows()
    event = an_event("budget.exceeded")
    built.now = datetime(2015, 3, 1, tzinfo=UTC)
    built.handle(event)
    assert built.sender.send_due() == 1


def test_the_same_moment_is_in_time_for_one_time_zone_and_too_late_for_another(built) -> None:
    built.knows(time_zone="America/Los_Angeles").knows(OTHER, time_zone="Pacific/Auckland")
    built.now = datetime(2015, 2, 7, 12, tzinfo=UTC)
    built.tell("budget.exceeded")
    built.tell("budget.exceeded", user_id=OTHER, crossing_id=OTHER)
    assert (len(built.alerts()), len(built.alerts(OTHER))) == (1, 0)


CROSSED, AGAIN, RECOVERED = "crossed", "crossed again", "recovered"
ORDERS = [order for size in (1, 2, 3) for order in itertools.permutations((CROSSED, AGAIN, RECOVERED), size)]


@pytest.mark.parametrize("send_between", [False, True])
@pytest.mark.parametrize("order", ORDERS, ids=" then ".join)
def test_in_any_order_there_is_at_most_one_mail_and_the_alert_is_withdrawn_if_it_recovered(built, order, send_between) -> None:
    events = {CROSSED: an_event("budget.exceeded"), AGAIN: an_event("budget.exceeded"), RECOVERED: an_event("budget.recovered")}
    built.knows()
    for name in order:
        built.handle(events[name])
        if send_between:
            built.sender.send_due()
    built.sender.send_due()
    crossed = CROSSED in order or AGAIN in order
    recovered_first = crossed and order[0] == RECOVERED
    recovered = RECOVERED in order
    assert len(built.alerts()) == int(crossed)
    assert all(bool(alert["withdrawn_at"]) is recovered for alert in built.alerts())
    expected = crossed and not recovered_first and (send_between or not recovered)
    assert len(built.mails()) == int(expected)
    assert [alert["deliveries"][0]["state"] for alert in built.alerts()] == ["sent" if expected else "withdrawn"] * int(crossed)


@settings(max_examples=40)
@given(st.data())
def test_whatever_happens_to_several_crossings_each_is_told_at_most_once(data) -> None:
    crossings = [f"0190f1d2-9113-7e44-8b02-6a7b8c9d0e{number:02x}" for number in range(3)]
    events = [an_event(kind, crossing_id=crossing) for crossing in crossings for kind in ("budget.exceeded", "budget.recovered")]
    delivered = data.draw(st.lists(st.sampled_from([*events, None]), max_size=25))
    with tempfile.TemporaryDirectory() as folder:
        built = Built(Path(folder) / "notifier").knows()
        for event in delivered:
            if event is None:
                built.sender.send_due()
            else:
                built.handle(event)
        built.sender.send_due()
        alerts, mails = built.alerts(), built.mails()
        raised = {e.data["crossing_id"] for e in delivered if e and e.type == "budget.exceeded"}
        back = {e.data["crossing_id"] for e in delivered if e and e.type == "budget.recovered"}
        built.service.close()
    assert len(alerts) == len(raised)
    assert sum(bool(alert["withdrawn_at"]) for alert in alerts) == len(raised & back)
    assert len(mails) <= len(raised)
    assert len({mail["X-Outlay-Event-Id"] for mail in mails}) == len(mails)
    assert sum(alert["deliveries"][0]["state"] == "sent" for alert in alerts) == len(mails)


def test_a_recovery_is_told_to_browsers_once(built) -> None:
    built.knows().tell("budget.exceeded")
    built.handle(recovered := an_event("budget.recovered"))
    built.handle(recovered)
    built.tell("budget.recovered")
    assert [event.type for event in built.announced()] == ["alert.raised", "alert.withdrawn"]
    assert built.announced()[1].data["title"] == "Groceries is over budget"


@pytest.mark.parametrize("kind", ["budget.exceeded", "budget.near", "budget.recovered", "import.reviewed"])
def test_an_event_about_somebody_unknown_comes_again_later(built, kind) -> None:
    event = an_event(kind)
    with pytest.raises(Retry):
        built.handle(event)
    built.knows().handle(event)
    assert len(built.alerts()) == (0 if kind == "budget.recovered" else 1)


def test_an_older_version_of_a_person_changes_nothing(built) -> None:
    built.hears(3, name="Third", email=sealed_address("third@example.com"))
    built.tell("user.registered", version=1, name="First", email=sealed_address("first@example.com"))
    built.hears(2, name="Second", email=sealed_address("second@example.com"))
    built.tell("budget.exceeded")
    built.sender.send_due()
    [mail] = built.mails()
    assert mail["To"] == "third@example.com"
    assert "Hello Third," in mail.get_body(("plain",)).get_content()


def test_a_mail_goes_to_the_address_of_the_moment_of_sending(built) -> None:
    built.knows().tell("budget.exceeded")
    built.hears(2, email=sealed_address("new@example.com"))
    built.sender.send_due()
    assert [mail["To"] for mail in built.mails()] == ["new@example.com"]


def test_near_is_shown_in_the_app_and_not_mailed_by_default(built) -> None:
    built.knows().tell("budget.near")
    assert built.sender.send_due() == 0
    [alert] = built.alerts()
    assert alert["title"] == "Groceries has reached 80% of its limit"
    assert [entry["state"] for entry in alert["deliveries"]] == ["skipped"]


def test_preferences_choose_channels(built) -> None:
    built.knows().wants(exceeded=(False, True), near=(True, True), imported=(False, False))
    for kind in ("budget.exceeded", "budget.near"):
        built.tell(kind, crossing_id=an_event(kind).id)
    built.tell("import.reviewed", exceedances=[])
    built.sender.send_due()
    assert sorted(mail["X-Outlay-Kind"] for mail in built.mails()) == ["budget_exceeded", "budget_near"]
    assert [alert["kind"] for alert in built.alerts()] == ["budget.near"]
    assert [event.type for event in built.announced()] == ["alert.raised", "notification.delivered", "notification.delivered"]


def test_an_alert_that_is_not_wanted_in_the_app_is_still_told_by_mail_only_once(built) -> None:
    built.knows().wants(exceeded=(False, True))
    built.tell("budget.exceeded")
    built.tell("budget.exceeded")
    built.sender.send_due()
    assert (built.alerts(), len(built.mails())) == ([], 1)


def test_a_completed_import_is_told_once(built) -> None:
    built.knows().tell("import.reviewed", duplicates=3, failed=1, imported=986, exceedances=[])
    built.tell("import.reviewed", exceedances=[])
    built.sender.send_due()
    [alert], [mail] = built.alerts(), built.mails()
    assert alert["body"].startswith("986 of 990 rows imported, 3 skipped as duplicates, 1 could not be read. They are dated from")
    assert mail["Subject"] == "household.csv was imported: 986 of 990 rows"


def test_everything_of_a_deleted_person_goes_and_late_events_do_not_bring_it_back(built) -> None:
    built.knows().knows(OTHER).wants()
    built.tell("budget.exceeded")
    built.tell("budget.exceeded", user_id=OTHER, crossing_id=OTHER)
    built.tell("user.password_reset_requested", email=sealed_address("x@example.com"), token=sealed_token("t"))
    built.sender.send_due()
    built.tell("budget.near", crossing_id=USER)
    built.tell("budget.recovered", crossing_id=OTHER[:-1] + "9")
    gone = built.tell("user.deleted")
    built.handle(gone)
    built.tell("user.deleted")
    built.hears(9)
    built.tell("budget.exceeded", crossing_id=OTHER[:-1] + "8")
    built.tell("user.verification_requested")
    assert built.sender.send_due() == 0
    assert built.alerts() == []
    assert built.call("GET", "/alerts/preferences").json()["version"] == 0
    assert [mail["X-Outlay-Kind"] for mail in built.mails()] == ["budget_exceeded"]
    assert len(built.alerts(OTHER)) == 1


def test_the_note_of_a_departure_is_forgotten_after_sixty_days(built) -> None:
    built.tell("user.deleted")
    built.tell("user.registered")
    built.ms += int(timedelta(days=61).total_seconds() * 1000)
    built.service.clean_up()
    with pytest.raises(Retry):
        built.tell("budget.exceeded")
