"""An exported CSV file is imported unchanged, whatever the API can store."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.runtime.ids import uuid7
from expenses.imports.readers.outlay_csv import escape_formulas, unescape_formulas
from testing.fakes.callers import MARIA, a_caller

ODD = (
    "=1+1",
    "+1",
    "-1",
    "-",
    "@x",
    "\uff1d1",
    "\uff0b1",
    "\uff0dx",
    "\uff20x",
    "\u200b=1",
    "'=1",
    "''@",
    "'",
    '"',
    ",",
    ";",
    "a,b",
    "[",
    '["a"]',
    "[]",
)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t")
TEXT = st.one_of(
    st.sampled_from(ODD),
    st.text(LETTERS, max_size=40),
    st.builds(lambda odd, text: odd + text, st.sampled_from(ODD), st.text(LETTERS, max_size=20)),
)
NAME = TEXT.filter(lambda text: 1 <= len(unicodedata.normalize("NFC", " ".join(text.split()))) <= 50)
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "UAH": 2, "KWD": 3, "CLF": 4, "BHD": 3, "KRW": 0}


@st.composite
def expenses(draw):
    currency = draw(st.sampled_from(sorted(DECIMALS)))
    decimals = DECIMALS[currency]
    minor = str(draw(st.integers(1, 10**9))).rjust(decimals + 1, "0")
    amount = f"{minor[:-decimals]}.{minor[-decimals:]}" if decimals else minor
    body = {
        "kind": draw(st.sampled_from(["expense", "income"])),
        "amount": {"amount": amount, "currency": currency},
        "spent_on": str(draw(st.dates(date(2001, 1, 1), date(2026, 1, 1)))),
        "payee": draw(TEXT)[:200],
        "description": draw(TEXT),
        "note": draw(TEXT),
        "tags": draw(st.lists(NAME.filter(lambda tag: len(tag) <= 50), max_size=4)),
    }
    if currency != "EUR" and (currency in {"UAH", "KWD", "CLF", "BHD"} or draw(st.booleans())):
        body["home_amount"] = {"amount": f"{draw(st.integers(1, 10**6))}.{draw(st.integers(0, 99)):02}", "currency": "EUR"}
    return body, draw(st.one_of(st.none(), NAME.map(lambda name: name + " / " + name)))


def facts_of(api) -> list[tuple[object, ...]]:
    names = {category["id"]: category["name"] for category in api("GET", "/categories").json()["items"]}
    fields = ("kind", "amount", "home_amount", "spent_on", "payee", "description", "tags", "note")
    return [
        (*(expense[field] for field in fields), names.get(expense["category_id"]))
        for expense in api("GET", "/exports/expenses.json").json()
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(expenses(), min_size=1, max_size=6))
def test_an_export_imports_as_an_equal_ledger(api, ledger):
    maria, otto = api.as_(a_caller(uuid7())), api.as_(a_caller(uuid7()))
    known: dict[str, str] = {}
    for body, category in ledger:
        if category:
            made = maria("POST", "/categories", json={"name": category})
            if made.status_code == 409:
                continue
            assert made.status_code == 201, made.text
            body["category_id"] = known[category] = made.json()["id"]
        answer = maria("POST", "/expenses", json=body)
        assert answer.status_code == 201, answer.text
    exported = maria("GET", "/exports/expenses.csv").content
    expected = facts_of(maria)
    if not expected:
        return
    mapping = otto.upload(exported, to="/imports/preview").json()["mapping"]
    done = otto.upload(exported, mapping=mapping).json()
    assert (done["failed"], done["errors"], done["imported"]) == (0, [], len(expected))
    assert facts_of(otto) == expected
    assert otto("GET", "/exports/expenses.csv").content == exported


def test_a_typed_home_amount_comes_back_without_a_rate(api):
    body = {"amount": {"amount": "1000.00", "currency": "UAH"}, "home_amount": {"amount": "22.10", "currency": "EUR"}}
    api("POST", "/expenses", json={**body, "spent_on": "2026-01-02"})
    otto = api.as_(a_caller(uuid7()))
    otto.upload(api("GET", "/exports/expenses.csv").content)
    assert otto("GET", "/expenses").json()["items"][0]["home_amount"] == body["home_amount"]


def test_an_export_says_in_which_currency_it_counts(api):
    api("POST", "/expenses", json={"amount": {"amount": "5", "currency": "EUR"}, "spent_on": "2026-01-02"})
    row = next(csv.DictReader(io.StringIO(api("GET", "/exports/expenses.csv").text)))
    assert (row["Home amount"], row["Home currency"]) == ("5.00", "EUR")
    assert api.caller.user_id == MARIA


@given(TEXT)
def test_escaped_formulas_are_harmless_and_restored(text):
    cell = escape_formulas(text)
    assert unescape_formulas(cell) == text
    for part in re.split(r"[;\t\r\n]", cell):  # a spreadsheet may expect other separators than ours
        if re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", part, re.ASCII):
            continue
        visible = "".join(letter for letter in part if unicodedata.category(letter) not in {"Cf", "Mn"}).lstrip()
        assert visible[:1] not in {"=", "+", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"}
