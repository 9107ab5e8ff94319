"""Bookings that were reversed, refunded or cancelled later: a reversal never counts as income on its own."""

from __future__ import annotations

import pytest

from support.previews import amounts, left_out
from support.previews import previewed as preview_for

ENGLISH = "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,Balance"


def paypal(*rows):
    """Return a file of PayPal, of rows such as "22 eBay|Payment|Completed|-10.00"."""
    lines = [row.split("|") for row in rows]
    return "\n".join(
        [
            ENGLISH,
            *(
                f"01/{what[:2]}/2025,10:00:00,CET,{what[3:]},{kind},{state},USD,{net},0.00,{net},90.00"
                for what, kind, state, net in lines
            ),
        ]
    )


def previewed(text, locale="en-US", currency="USD"):
    return preview_for(text, locale, currency)


BOUGHT = "22 eBay|General Payment|Completed|-10.00"
TAKEN_BACK = [
    ("Reversed", "Payment Reversal"),
    ("Canceled", "Cancelled Payment"),
    ("Refunded", "Payment Refund"),
    ("Partially Refunded", "Payment Refund"),
    ("Rückbuchung", "Rückbuchung"),
    ("Storniert", "Stornierung"),
]


@pytest.mark.parametrize(("state", "kind"), TAKEN_BACK)
def test_a_payment_and_its_reversal_both_count(state, kind):
    seen = previewed(paypal(BOUGHT, f"23 Hotel|General Payment|{state}|-200.00", f"25 Hotel|{kind}|Completed|200.00"))
    assert (amounts(seen), left_out(seen), seen["errors"]) == ("-10.00 -200.00 200.00", [], [])


def test_a_reversed_payment_without_a_reversing_row_is_left_out():
    seen = previewed(paypal(BOUGHT, "23 Hotel|General Payment|Reversed|-200.00", "25 Max|Payment|Completed|20.00"))
    assert (amounts(seen), left_out(seen)) == ("-10.00 20.00", [3])
    assert seen["left_out"][0]["reason"] == "'Reversed' means that no money moved, or that it came back."


def test_income_from_another_payer_reverses_no_payment():
    seen = previewed(paypal(BOUGHT, "23 Hotel|General Payment|Canceled|-200.00", "25 Max|Payment|Completed|200.00"))
    assert (amounts(seen), left_out(seen)) == ("-10.00 200.00", [3])


def test_an_earlier_payment_is_not_a_reversal():
    seen = previewed(paypal("20 Hotel|Payment|Completed|200.00", BOUGHT, "23 Hotel|General Payment|Canceled|-200.00"))
    assert (amounts(seen), left_out(seen)) == ("200.00 -10.00", [4])


def test_one_word_means_the_same_in_the_whole_file():
    reversed_twice = ["23 Hotel|Payment|Reversed|-200.00", "25 Hotel|Reversal|Completed|200.00", "26 Max|Payment|Reversed|-7.00"]
    seen = previewed(paypal(BOUGHT, *reversed_twice, "27 Shop|Payment|Denied|-8.00"))
    assert (amounts(seen), left_out(seen)) == ("-10.00 -200.00 200.00 -7.00", [6])


def test_income_that_was_reversed_counts_with_its_reversal():
    seen = previewed(paypal(BOUGHT, "23 Max|Payment|Reversed|20.00", "25 Max|Payment Reversal|Completed|-20.00"))
    assert (amounts(seen), left_out(seen)) == ("-10.00 20.00 -20.00", [])


def test_a_cancelled_booking_and_its_reversal_both_count():
    rows = "13.01.2025;REWE;-5,00;nein\n14.01.2025;ALDI;-6,00;ja\n15.01.2025;ALDI;6,00;nein\n16.01.2025;LIDL;-7,00;nein\n"
    seen = previewed(f"Buchungstag;Empfänger;Umsatz;Storniert\n{rows}", "de-DE", "EUR")
    assert (amounts(seen), left_out(seen)) == ("-5.00 -6.00 6.00 -7.00", [])
