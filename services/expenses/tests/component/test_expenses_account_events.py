"""Events about accounts, and their effect on expenses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from support.expenses_api import Api
from testing.fakes.callers import OTTO, a_caller


def spend(api: Api, amount: str, currency: str, day: str = "2014-03-28", **more) -> dict:
    answer = api("POST", "/expenses", json={"amount": {"amount": amount, "currency": currency}, "spent_on": day, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def move(api: Api, currency: str, version: int = 2) -> None:
    person = {"email": "v1.k.x", "email_verified": True, "name": "Maria", "time_zone": "UTC", "locale": "en"}
    api.tell("user.changed", home_currency=currency, version=version, **person)


def home_of(api: Api, made: dict) -> dict:
    return api("GET", f"/expenses/{made['id']}").json()["home_amount"]


def test_another_home_currency_converts_every_expense(api):
    euros, dollars = spend(api, "100.00", "EUR"), spend(api, "100.00", "USD")
    given = spend(api, "100.00", "GBP", home_amount={"amount": "1.00", "currency": "EUR"})
    api.events()
    move(api, "USD")
    assert home_of(api, euros) == {"amount": "137.59", "currency": "USD"}
    assert home_of(api, dollars) == {"amount": "100.00", "currency": "USD"}
    assert home_of(api, given) == {"amount": "166.33", "currency": "USD"}
    told, converted = api.events()
    assert (told.type, len(told.data["changes"])) == ("expense.changed", 3)
    assert told.data["home_currency_changed"] == {"version": 2, "from": "EUR", "to": "USD"}
    assert converted.type == "expenses.converted"
    assert {name: converted.data[name] for name in ("version", "from", "to", "events")} == {
        "version": 2,
        "from": "EUR",
        "to": "USD",
        "events": 1,
    }
    assert api("GET", "/exchange-rate?from=EUR&to=USD").json()["rate"] == converted.data["rate"]
    summary = api("GET", "/summary?by=day").json()
    assert summary["spent"] == {"amount": "403.92", "currency": "USD"}


def test_an_expense_of_an_old_token_is_in_the_new_home_currency(api):
    spend(api, "1.00", "EUR")
    move(api, "USD")
    assert spend(api, "100.00", "EUR")["home_amount"]["currency"] == "USD"


def test_news_that_are_older_or_come_twice_change_nothing(api):
    spend(api, "100.00", "EUR")
    move(api, "USD", version=3)
    api.events()
    move(api, "GBP", version=2)
    move(api, "USD", version=4)
    assert api.events() == []
    assert api("GET", "/summary?by=day").json()["spent"]["currency"] == "USD"


def test_what_has_no_rate_goes_by_the_amount_that_was_given(api):
    pesos = spend(api, "1000.00", "ARS", home_amount={"amount": "100.00", "currency": "EUR"})
    move(api, "USD")
    assert home_of(api, pesos) == {"amount": "137.59", "currency": "USD"}


def test_a_day_before_all_rates_takes_the_nearest(api):
    old = spend(api, "100.00", "EUR", day="1995-06-01")
    move(api, "USD")
    assert home_of(api, old) == {"amount": "117.89", "currency": "USD"}


def test_a_currency_that_was_never_quoted_keeps_the_figure(api):
    euros = spend(api, "100.00", "EUR")
    move(api, "KWD")
    assert home_of(api, euros) == {"amount": "100.000", "currency": "KWD"}


def test_a_deleted_user_leaves_no_row_and_others_stay(api, tmp_path: Path):
    otto = api.as_(a_caller(OTTO))
    spend(otto, "1.00", "EUR")
    api.upload("date,amount,category\n2026-01-01,1.00,Food\n", key="k")
    spend(api, "1.00", "EUR")
    api.events()
    api.tell("user.deleted")
    with sqlite3.connect(tmp_path / "expenses.db") as store:
        rows = {
            name: store.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in ("expense", "person", "category", "import_run", "replay")
        }
        owners = store.execute("SELECT COUNT(DISTINCT owner) FROM total").fetchone()[0]
    store.close()
    assert rows == {"expense": 1, "person": 1, "category": 0, "import_run": 0, "replay": 0}
    assert owners == 1
    assert len(otto("GET", "/expenses").json()["items"]) == 1


def test_news_of_strangers_are_fine(api):
    move(api, "USD")
    assert api.events() == []
    assert api("GET", "/summary?by=month").json()["spent"] == {"amount": "0.00", "currency": "USD"}
    api.tell("user.deleted")
    assert api.events() == []


def test_the_event_says_that_there_is_no_rate(api):
    move(api, "KWD")
    spend(api, "100.00", "KWD")
    move(api, "JPY", version=3)
    converted = api.events()[-1]
    assert (converted.data["from"], converted.data["to"], converted.data["rate"]) == ("KWD", "JPY", None)
    assert api("GET", "/exchange-rate?from=KWD&to=JPY").json() == {"from": "KWD", "to": "JPY", "rate": None}


def test_a_change_without_an_expense_is_published_too(api):
    api("POST", "/categories", json={"name": "Food"})
    api.events()
    move(api, "USD")
    (converted,) = api.events()
    assert (converted.type, converted.data["events"]) == ("expenses.converted", 0)


def test_even_amounts_beyond_measure_move(api):
    made = spend(api, "999999999999.99", "EUR")
    move(api, "JPY")
    assert home_of(api, made)["currency"] == "JPY"


def test_nothing_is_stored_for_a_person_who_left(api, tmp_path: Path):
    spend(api, "1.00", "EUR")
    api.tell("user.deleted")
    body = {"amount": {"amount": "2.00", "currency": "EUR"}, "spent_on": "2026-01-01"}
    assert api("POST", "/expenses", json=body).status_code == 403
    assert api.upload("date,amount,category\n2026-01-01,1.00,Food\n", key="k").status_code == 403
    assert api("POST", "/categories", json={"name": "Food"}).status_code == 403
    move(api, "USD")
    with sqlite3.connect(tmp_path / "expenses.db") as store:
        counts = [
            store.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("expense", "person", "category", "replay")
        ]
    store.close()
    assert counts == [0, 0, 0, 0]


def test_a_person_who_left_before_the_first_row_stays_away_too(api):
    api.tell("user.deleted")
    body = {"amount": {"amount": "2.00", "currency": "EUR"}, "spent_on": "2026-01-01"}
    assert api("POST", "/expenses", json=body).status_code == 403
