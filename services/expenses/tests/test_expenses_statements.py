"""Bank statements of many kinds, cut down: what an import would make of each, and what its preview says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.previews import previewed as preview_for

FOLDER = Path(__file__).parent / "statements"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))
ROWS = {name: case["want"] for name, case in EXPECTED.items() if isinstance(case["want"], list)}


def previewed(name):
    case = EXPECTED[name]
    return preview_for((FOLDER / f"{name}.csv").read_bytes(), case["locale"], case["home_currency"])


def bookings(preview):
    """Return (day, kind, amount, currency) of each row that would go in."""
    found = [row["expense"] for row in preview["rows"] if row["expense"]]
    return [[one["spent_on"], one["kind"], one["amount"]["amount"], one["amount"]["currency"]] for one in found]


def sums(preview):
    return [(kind, amount) for _, kind, amount, _ in bookings(preview)]


def texts(preview):
    return [(row["expense"]["payee"], row["expense"]["description"], row["expense"]["category"]) for row in preview["rows"]]


@pytest.mark.parametrize("name", ROWS)
def test_a_statement_is_read_correctly(name):
    assert bookings(previewed(name)) == ROWS[name]


def test_every_statement_has_an_expectation():
    assert {path.stem for path in FOLDER.glob("*.csv")} == EXPECTED.keys()


def test_a_card_statement_with_positive_spending_is_asked_about():
    seen = previewed("k04-card-positive-is-spending")
    assert not seen["sign_certain"]
    assert any("spending or income" in warning for warning in seen["warnings"])
    assert sums(seen) == [("expense", "30.00"), ("expense", "4.60"), ("income", "500.00"), ("expense", "64.99")]


def test_a_statement_with_income_only_is_asked_about():
    seen = previewed("k04-only-income")
    assert not seen["sign_certain"]
    assert any("spending or income" in warning for warning in seen["warnings"])
    assert sums(seen) == [("income", "500.00")]


def test_polish_text_in_windows_1250_is_read():
    assert texts(previewed("k08-windows-1250")) == [("Sklep spożywczy", "", "Żywność")]


def test_japanese_text_in_euc_jp_is_read():
    assert texts(previewed("k08-euc-jp")) == [("山田下社", "", "")]


def test_a_currency_column_with_an_unknown_title_is_found():
    seen = previewed("k10-currency-column-not-known")
    assert [row[2:] for row in bookings(seen)] == [["14.34", "LTL"], ["215.00", "LTL"]]
    assert seen["currencies"] == [{"currency": "LTL", "known": True, "rate": True}]


def test_opening_and_closing_balance_and_turnover_are_left_out():
    seen = previewed("k11-balance-rows")
    assert sums(seen) == [("expense", "14.34")]
    assert [entry["line"] for entry in seen["left_out"]] == [2, 4, 5]


def test_a_left_out_row_is_not_an_error_in_the_preview():
    rows = previewed("k11-balance-rows")["rows"]
    assert [(row["error"], row["left_out"] is not None) for row in rows] == [
        (None, True),
        (None, False),
        (None, True),
        (None, True),
    ]


def test_a_label_is_the_description_and_not_a_tag():
    seen = previewed("k12-label-is-no-tag")
    assert texts(seen) == [("", "CARREFOUR", "Alimentation")]
    assert "tags" not in seen["mapping"]["columns"]


def test_the_owner_is_not_the_payee():
    assert texts(previewed("k12-dkb-payee-is-me"))[0][0] == "EDEKA"


def test_payee_and_description_have_numbered_titles():
    assert texts(previewed("k12-texts-lost-rabobank")) == [("J. Jansen", "Naar Bunq", "")]


def test_a_long_text_within_the_limit_is_kept_whole():
    assert previewed("k13-long-text")["shortened"] == 0
    assert len(texts(previewed("k13-long-text"))[0][1]) > 200


def test_a_word_against_the_sign_is_warned_about():
    seen = previewed("k16-kind-against-sign")
    assert sums(seen) == [("expense", "10.00"), ("income", "10.00")]
    assert any("opposite sign" in warning for warning in seen["warnings"])


def test_quotes_within_quotes_lose_no_row():
    assert sums(previewed("x-quotes-unescaped")) == [("expense", "1.00"), ("expense", "2.00")]


def test_the_delimiter_line_of_excel_is_not_a_row():
    assert sums(previewed("x-sep-line")) == [("expense", "1.00")]


def test_lines_that_end_in_a_carriage_return_are_lines():
    assert previewed("x-trailing-cr")["rows"][1]["expense"]["spent_on"] == "2026-01-14"


@pytest.mark.parametrize("name", ["x-nbsp-thousands", "x-swiss"])
def test_thousands_are_separated_by_blanks_or_apostrophes(name):
    assert [amount for _, amount in sums(previewed(name))] == ["1234.50", "2000.00"]


def test_a_sign_may_stand_at_the_end():
    assert sums(previewed("x-percent-minus-end")) == [("expense", "1234.50"), ("income", "2000.00")]


def test_the_direction_may_stand_beside_the_amount():
    assert sums(previewed("x-S-H-in-amount")) == [("expense", "1234.50"), ("income", "2000.00")]
    seen = previewed("x-Dr-Cr-in-amount")
    assert sums(seen) == [("expense", "4500.00"), ("income", "100000.00")]
    assert seen["mapping"]["kinds"] == {"Dr": "expense", "Cr": "income"}
