"""Currencies without an exchange rate and unknown codes: the preview names them, and no amount is imported as home currency."""

from __future__ import annotations

FILE = """date,payee,amount,currency
2024-01-31,a,-1.00,EUR
2024-01-31,b,-450.00,XXX
2024-01-31,c,-3.000,KWD
1995-01-01,d,-5.00,USD
2024-01-31,e,-7.00,USD
"""


def test_the_preview_names_each_currency_that_cannot_be_converted(api):
    seen = api.upload(FILE, to="/imports/preview").json()
    assert seen["currencies"] == [
        {"currency": "EUR", "known": True, "rate": True},
        {"currency": "XXX", "known": False, "rate": False},
        {"currency": "KWD", "known": True, "rate": False},
        {"currency": "USD", "known": True, "rate": False},
    ]
    assert seen["rows"][1]["expense"] is None
    assert "'XXX' is not a currency." in seen["rows"][1]["error"]


def test_no_amount_without_a_rate_becomes_the_home_currency(api):
    shown = [row["expense"]["amount"] for row in api.upload(FILE, to="/imports/preview").json()["rows"] if row["expense"]]
    assert [amount["currency"] for amount in shown] == ["EUR", "KWD", "USD", "USD"]
    done = api.upload(FILE).json()
    assert (done["imported"], done["failed"]) == (2, 3)
    assert [error["line"] for error in done["errors"]] == [3, 4, 5]
    stored = [(entry["amount"]["amount"], entry["amount"]["currency"]) for entry in api("GET", "/expenses").json()["items"]]
    assert sorted(stored) == [("1.00", "EUR"), ("7.00", "USD")]


def test_a_historic_currency_goes_in_at_the_rate_of_its_day(api):
    content = "date,payee,amount,currency\n2012-01-02,McDonalds,-14.34,LTL\n"
    assert api.upload(content, to="/imports/preview").json()["currencies"] == [{"currency": "LTL", "known": True, "rate": True}]
    assert api.upload(content).json()["imported"] == 1
    (entry,) = api("GET", "/expenses").json()["items"]
    assert entry["amount"] == {"amount": "14.34", "currency": "LTL"}
    assert entry["home_amount"] == {"amount": "4.15", "currency": "EUR"}
