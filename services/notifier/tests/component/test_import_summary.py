"""An import raises one alert with everything that it exceeded."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.runtime.ids import uuid7
from support.notifier_events import an_event
from support.notifier_world import RunningNotifier

LAST_YEAR = {"from": "2014-01-01", "to": "2014-01-31"}


def an_entry(name: str = "Groceries", **changes: Any) -> dict[str, Any]:
    (entry,) = an_event("import.reviewed").data["exceedances"]
    return {**entry, "budget_name": name, "crossing_id": uuid7(), **changes}


def test_budgets_that_an_import_exceeds_are_one_alert_and_one_email(notifier: RunningNotifier) -> None:
    notifier.knows()
    entry = an_entry("Coffee")
    event = {name: entry[name] for name in entry} | {"import_id": an_event("import.reviewed").data["import_id"]}
    notifier.tell("budget.exceeded", **event)
    notifier.tell("import.reviewed", exceedances=[an_entry(), entry, an_entry("Fun", threshold=80)])
    assert notifier.sender.send_due() == 1
    [alert], [mail] = notifier.alerts(), notifier.mails()
    assert alert["title"] == "household.csv was imported: 2 budgets are exceeded"
    assert "Over budget now: Groceries ($208.25 of $200.00), Coffee ($208.25 of $200.00)." in alert["body"]
    assert "Near limit: Fun ($208.25 of $200.00)." in alert["body"]
    assert mail["Subject"] == "household.csv was imported: 2 budgets are exceeded"
    text = mail.get_body(("plain",)).get_content()
    assert "Coffee: $208.25 of $200.00 spent from January 1, 2015 to January 31, 2015, $8.25 over." in text
    assert "Pushed over by Onion Market, $11.32 on January 24, 2015." in text
    assert all(text.count(f"\n{name}: ") == 1 for name in ("Groceries", "Coffee", "Fun"))


def test_one_budget_is_named_in_the_subject(notifier: RunningNotifier) -> None:
    notifier.knows().tell("import.reviewed")
    notifier.sender.send_due()
    [mail] = notifier.mails()
    assert mail["Subject"] == "household.csv was imported: Groceries is over budget"


def test_past_periods_are_only_listed(notifier: RunningNotifier) -> None:
    notifier.knows()
    notifier.tell("import.reviewed", exceedances=[an_entry(period=LAST_YEAR), an_entry("Fun", threshold=80, period=LAST_YEAR)])
    notifier.sender.send_due()
    [alert], [mail] = notifier.alerts(), notifier.mails()
    assert mail["Subject"] == "household.csv was imported: 990 of 990 rows"
    assert alert["title"] == "household.csv was imported"
    assert "One past period was over budget; see the budget's history." in alert["body"]
    text = mail.get_body(("plain",)).get_content()
    assert "Groceries: January 1, 2014 to January 31, 2014" in text
    assert "Fun" not in text


def test_a_long_summary_counts_what_it_leaves_out(notifier: RunningNotifier) -> None:
    notifier.knows()
    notifier.tell("import.reviewed", exceedances=[an_entry(str(number), period=LAST_YEAR) for number in range(70)], more=5)
    notifier.sender.send_due()
    [alert], [mail] = notifier.alerts(), notifier.mails()
    assert "75 past periods were over budget" in alert["body"]
    assert "15 more are not listed here" in mail.get_body(("plain",)).get_content()


def test_an_exceeded_budget_is_emailed_even_if_import_emails_are_off(notifier: RunningNotifier) -> None:
    notifier.knows().wants(imported=(False, False))
    notifier.tell("import.reviewed", exceedances=[])
    assert notifier.sender.send_due() == 0
    notifier.tell("import.reviewed", import_id=uuid7())
    assert notifier.sender.send_due() == 1


def test_the_summary_is_withdrawn_when_the_import_is_undone_in_any_order(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(("import.reviewed", "import.undone"))):
        notifier = RunningNotifier(tmp_path / f"{number}").knows()
        for kind in order:
            notifier.tell(kind)
        [alert] = notifier.alerts()
        assert alert["withdrawn_at"] is not None
        assert notifier.sender.send_due() == 0


def test_a_later_crossing_raises_an_alert_of_its_own(notifier: RunningNotifier) -> None:
    notifier.knows().now = datetime(2015, 1, 25, tzinfo=UTC)
    notifier.tell("import.reviewed", exceedances=[an_entry(threshold=80)])
    notifier.tell("budget.exceeded", crossing_id=uuid7())
    assert [alert["kind"] for alert in notifier.alerts()] == ["budget.exceeded", "import.completed"]
