"""Exports of all data, as CSV and as JSON."""

from __future__ import annotations


def test_exports_hold_what_the_list_holds(api):
    assert api("GET", "/exports/expenses.json").json() == []
    assert (
        api("GET", "/exports/expenses.csv").text
        == "Date,Payee,Description,Category,Amount,Currency,Note,Tags,Kind,Home amount,Home currency\r\n"
    )
    api.upload("date,amount\n" + "".join(f"2024-01-{1 + number % 28:02},{number + 1}.00\n" for number in range(2100)))
    exported = api("GET", "/exports/expenses.json")
    assert len({item["id"] for item in exported.json()}) == 2100
    assert len(api("GET", "/exports/expenses.json?from=2024-01-02&to=2024-01-02").json()) == 75


def test_an_exported_expense_names_its_category(api):
    api.upload("date,amount,category\n2024-01-31,1.00,Food / Coffee\n2024-02-01,2.00,\n")
    with_one, without = api("GET", "/exports/expenses.json").json()
    [category] = api("GET", "/categories").json()["items"]
    assert (with_one["category_id"], with_one["category"]) == (category["id"], "Food / Coffee")
    assert (without["category_id"], without["category"]) == (None, None)
