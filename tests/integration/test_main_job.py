"""The main job, on a real process over HTTP: exceed a budget, get one email with the reason."""

from __future__ import annotations

import email
import email.policy
import json
import re
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support.household_file import settled
from testing.clients.client import PASSWORD, Person
from testing.clients.watcher import Watcher
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path


def mails_to(outlay: OutlayProcess, person: Person) -> list[Any]:
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in outlay.mails()]
    return [mail for mail in found if person.email in mail["To"]]


def kinds(outlay: OutlayProcess, person: Person) -> list[str]:
    return sorted(mail["X-Outlay-Kind"] for mail in mails_to(outlay, person))


def told(outlay: OutlayProcess, person: Person, kind: str, count: int = 1) -> Any:
    """Wait for the emails of a kind, and a little longer for one too many; return the last."""
    eventually(lambda: kinds(outlay, person).count(kind) >= count)
    time.sleep(0.3)
    assert kinds(outlay, person).count(kind) == count
    return next(mail for mail in mails_to(outlay, person) if mail["X-Outlay-Kind"] == kind)


def current(person: Person, budget: dict[str, Any]) -> dict[str, Any]:
    return dict(person.read(f"budgets/{budget['id']}")["current"])


def test_the_expense_that_exceeds_a_budget_sends_one_email_with_why(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    groceries = person.made("categories", name="Groceries")["id"]
    budget = person.budget("200.00", name="Groceries", category_ids=[groceries])
    person.spend("150.00", category_id=groceries, payee="Market")
    person.spend("500.00", payee="Rent")
    person.spend("61.30", category_id=groceries, payee="Corner Shop")
    person.spend("10.00", category_id=groceries, payee="Bakery")
    mail = told(outlay, person, "budget_exceeded")
    text = mail.get_body(("plain",)).get_content()
    assert "Groceries" in mail["Subject"]
    for fact in ("Groceries", "€200.00", "€211.30", "€11.30", "Corner Shop", "€61.30"):
        assert fact in text, fact
    eventually(lambda: current(person, budget)["spent"]["amount"] == "221.30")
    assert current(person, budget)["state"] == "exceeded"
    [alert] = [entry for entry in person.read("alerts")["items"] if entry["kind"] == "budget.exceeded"]
    assert (alert["budget_id"], alert["withdrawn_at"], alert["deliveries"][0]["state"]) == (budget["id"], None, "sent")


def test_a_correction_withdraws_the_alert_and_a_new_crossing_alerts(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    person.budget("100.00")
    expense = person.spend("150.00", payee="Typo")
    told(outlay, person, "budget_exceeded")
    expense = person.change("expenses", expense, amount={"amount": "15.00", "currency": "EUR"})
    eventually(lambda: person.read("alerts")["items"][0]["withdrawn_at"])
    person.change("expenses", expense, amount={"amount": "151.00", "currency": "EUR"})
    told(outlay, person, "budget_exceeded", 2)


def test_a_budget_that_is_exceeded_when_it_is_set_tells_at_once(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    person.spend("30.00", payee="Before")
    person.spend("7000.50", payee="Much later")
    eventually(lambda: settled(outlay))
    budget = person.budget("20.00")
    assert budget["current"]["state"] == "exceeded"
    text = told(outlay, person, "budget_exceeded").get_body(("plain",)).get_content()
    for fact in ("Before", "€30.00", "€7,030.50 of €20.00", "€7,010.50 over"):
        assert fact in text, fact
    [alert] = person.read("alerts")["items"]
    assert "€7,030.50 of €20.00" in alert["body"]


def test_undoing_an_import_and_moving_a_category_keep_the_budget_right(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    everything = person.budget("1000.00")
    day = datetime.now(UTC).date().isoformat()
    lines = "\n".join(f"{day},Shop {n},Food,-{n}.50,EUR" for n in range(1, 21))
    answer = person.post("imports", files={"file": ("bank.csv", f"Date,Payee,Category,Amount,Currency\n{lines}\n", "text/csv")})
    assert (answer.status_code, answer.json()["imported"]) == (201, 20)
    [food] = person.read("categories")["items"]
    # A budget that is there before the expenses arrive would be reported in the summary of the import.
    eventually(lambda: current(person, everything)["spent"]["amount"] == "220.00")
    budget = person.budget("100.00", category_ids=[food["id"]])
    eventually(lambda: current(person, budget)["spent"]["amount"] == "220.00")
    told(outlay, person, "budget_exceeded")
    other = person.made("categories", name="Other")
    answer = person.delete(
        f"categories/{food['id']}", params={"move_to": other["id"]}, headers={"If-Match": f'"{food["version"]}"'}
    )
    assert answer.status_code == 204, answer.text
    eventually(lambda: person.read(f"budgets/{budget['id']}")["category_ids"] == [other["id"]])
    eventually(lambda: current(person, budget)["spent"]["amount"] == "220.00")
    assert person.delete(f"imports/{person.read('imports')['items'][0]['id']}").status_code == 204
    eventually(lambda: current(person, budget)["spent"]["amount"] == "0.00")
    assert person.read("expenses")["items"] == []


def test_a_budget_exceeded_without_an_undone_import_alerts_once(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    budget = person.budget("100.00")
    day = datetime.now(UTC).date().isoformat()
    lines = f"Date,Payee,Amount,Currency\n{day},From the bank,-120.00,EUR\n"
    assert person.post("imports", files={"file": ("bank.csv", lines)}).status_code == 201
    told(outlay, person, "import_completed")
    person.spend("110.00", payee="Later")
    eventually(lambda: current(person, budget)["spent"]["amount"] == "230.00")
    assert person.delete(f"imports/{person.read('imports')['items'][0]['id']}").status_code == 204
    text = told(outlay, person, "budget_exceeded").get_body(("plain",)).get_content()
    for fact in ("Later", "€110.00 of €100.00", "€10.00 over"):
        assert fact in text, fact
    eventually(lambda: settled(outlay))
    open_ = [entry["kind"] for entry in person.read("alerts")["items"] if entry["withdrawn_at"] is None]
    assert open_ == ["budget.exceeded"]


def test_expenses_in_another_currency_count_at_the_rate_of_their_day(outlay) -> None:
    person = Person(outlay.url)
    expense = person.spend("100.00", currency="USD", spent_on="2015-01-23")
    # The European Central Bank's reference rate of 2015-01-23 was 1.1198 USD to the euro.
    assert expense["home_amount"] == {"amount": "89.30", "currency": "EUR"}
    answer = person.post("expenses", json={"amount": {"amount": "5", "currency": "VND"}, "spent_on": "2015-01-23"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "home_amount" in answer.json()["detail"]


def test_an_open_browser_sees_the_budget_and_the_alert_within_a_second(outlay) -> None:
    person, stranger = Person(outlay.url), Person(outlay.url)
    budget = person.budget("10.00", name="Coffee")
    watcher, other = Watcher(person), Watcher(stranger)
    started = time.monotonic()
    person.spend("12.00", payee="Blue Bottle")
    data, at = watcher.wait_for("budget.exceeded")
    assert (data["budget_id"], data["expense"]["payee"]) == (budget["id"], "Blue Bottle")
    assert at - started < 1
    changed, at = watcher.wait_for("alert.raised")
    assert at - started < 1
    assert changed["kind"] == "budget.exceeded"
    time.sleep(0.2)
    assert other.events.empty()


def test_a_forgotten_password_is_set_anew_with_the_token_of_the_mail(outlay) -> None:
    person = Person(outlay.url)
    verify = told(outlay, person, "verify_email").get_body(("plain",)).get_content()
    token = re.search(r"/verify-email#token=([\w-]+)", verify)[1]
    assert person.put(f"email-verifications/{token}").status_code == 204
    assert person.read("users/me")["email_verified"] is True
    assert person.put(f"email-verifications/{token}").status_code == 404
    assert person.post("password-resets", json={"email": person.email}).status_code == 202
    reset = told(outlay, person, "password_reset").get_body(("plain",)).get_content()
    token = re.search(r"/reset-password#token=([\w-]+)", reset)[1]
    assert person.put(f"password-resets/{token}", json={"password": "another long passphrase"}).status_code == 204
    assert person.get("users/me").status_code == 401
    assert person.post("session", json={"email": person.email, "password": PASSWORD}).status_code == 401
    assert person.post("session", json={"email": person.email, "password": "another long passphrase"}).status_code == 201


def test_an_access_token_works_within_its_scope_until_revoked(outlay) -> None:
    person = Person(outlay.url)
    token = person.access_token(name="reader", scopes=["read"])
    with httpx.Client(base_url=f"{outlay.url}/api/v1", headers={"Authorization": f"Bearer {token['token']}"}, timeout=60) as script:
        assert script.get("/expenses").status_code == 200
        assert script.post("/categories", json={"name": "x"}).status_code == 403
        assert person.delete(f"users/me/tokens/{token['id']}").status_code == 204
        assert script.get("/expenses").status_code == 401


def test_a_deleted_account_is_erased_everywhere(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    person.budget("1.00")
    person.spend("5.00", payee="Unforgettable Payee")
    told(outlay, person, "budget_exceeded")
    answer = person.delete("users/me", headers={"X-Current-Password": PASSWORD.replace(" ", "%20")})
    assert answer.status_code == 204, answer.text
    assert person.get("users/me").status_code == 401

    def traces() -> list[str]:
        needles = (person.user["id"].encode(), b"Unforgettable Payee", person.email.encode())
        return [
            path.name
            for path in outlay.data.rglob("*")
            if path.is_file() and path.suffix == ".eml" and any(n in path.read_bytes() for n in needles)
        ]

    eventually(lambda: settled(outlay) and not traces())


def test_it_stops_at_once_with_an_open_browser_and_restarts_quickly(tmp_path: Path) -> None:
    with OutlayProcess(tmp_path / "data") as process:
        Watcher(Person(process.url))
        started = time.monotonic()
        assert process.stop(signal.SIGINT) == 0
        assert time.monotonic() - started < 5
        process.start()


def test_two_processes_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with OutlayProcess(tmp_path / "data"), pytest.raises(AssertionError, match="Another Outlay is running"):
        OutlayProcess(tmp_path / "data").start()


def test_settings_that_do_not_fit_are_all_named(tmp_path: Path) -> None:
    process = OutlayProcess(tmp_path / "data", OUTLAY_ENV="staging", OUTLAY_LOG_LEVEL="loud")
    with pytest.raises(AssertionError, match=r"(?s)OUTLAY_ENV.*OUTLAY_LOG_LEVEL"):
        process.start()


def test_a_distant_clock_changes_days_but_not_sign_in(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2015-01-24T12:00:00Z")
    with OutlayProcess(tmp_path / "data", OUTLAY_CLOCK=f"file:{clock}") as process:
        person = Person(process.url).verify(process)
        budget = person.budget("10.00")
        assert (budget["current"]["from"], budget["current"]["to"]) == ("2015-01-01", "2015-01-31")
        person.spend("11.00", spent_on="2015-01-24")
        told(process, person, "budget_exceeded")
        clock.write_text((datetime(2015, 1, 24, tzinfo=UTC) + timedelta(days=9)).isoformat())
        assert person.read(f"budgets/{budget['id']}")["current"]["from"] == "2015-02-01"


def test_the_demo_is_a_household_that_has_just_exceeded_a_budget(tmp_path: Path) -> None:
    process = OutlayProcess(tmp_path / "demo")
    try:
        process.start(command="demo")
        with httpx.Client(base_url=f"{process.url}/api/v1", headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as viewer:
            answer = viewer.post("/session", json={"email": "demo@outlay.example", "password": "a household to look at"})
            assert (answer.status_code, answer.json()["email_verified"]) == (201, True)
            states = {budget["name"]: budget["current"]["state"] for budget in viewer.get("/budgets").json()["items"]}
            assert len(states) == 6
            assert states["Coffee"] == "exceeded"
        assert process.stop(signal.SIGINT) == 0
        process.start(command="demo")
    finally:
        process.kill()


def test_one_request_id_runs_from_the_click_to_the_mail(outlay) -> None:
    person = Person(outlay.url).verify(outlay)
    person.budget("10.00")
    body = {"amount": {"amount": "11.00", "currency": "EUR"}, "spent_on": datetime.now(UTC).date().isoformat()}
    name = f"click-{person.user['id'][-12:]}"
    assert person.post("expenses", json=body, headers={"X-Request-Id": name}).headers["x-request-id"] == name
    told(outlay, person, "budget_exceeded")

    def lines() -> list[dict[str, Any]]:
        found = (json.loads(line) for line in outlay.log.read_text().splitlines() if name in line)
        return [line for line in found if line["request_id"] == name]

    eventually(lambda: [line["message"] for line in lines()] == ["request", "email sent"])
    assert len({line["trace_id"] for line in lines()}) == 1
