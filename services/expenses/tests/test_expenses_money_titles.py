"""Titles of columns of money: which are spending or income, and which only have a word that could be read so."""

from __future__ import annotations

import pytest

from support.previews import amounts, asks
from support.previews import previewed as preview_for


def previewed(text, locale="en-GB", currency="GBP"):
    return preview_for(text, locale, currency)


@pytest.mark.parametrize(
    "title",
    [
        "Amount in GBP",
        "Value in GBP",
        "Amount in account currency",
        "Betrag in EUR",
        "Umsatz in EUR",
        "Betrag in Kontowährung",
        "Bedrag in EUR",
        "Bedrag in rekeningvaluta",
        "Importo in EUR",
        "Importo in valuta",
        "Beløb ind DKK",
        "Amount paid in GBP",
        "Paid in EUR",
        "In EUR",
        "Amount plus fees",
        "Sum in £",
        "Betrag Kreditkarte",
        "Credit card amount",
        "Importe tarjeta crédito",
        "Montant carte de crédit",
        "Bedrag creditcard",
        "Einnahmen/Ausgaben",
        "Income/Expense",
        "Sum af beløb",
        "Total in Euro",
    ],
)
def test_a_title_with_an_ambiguous_short_word_is_asked_about(title):
    seen = previewed(f"Date;Description;{title}\n13/01/2025;Hotel;110.09\n14/01/2025;Tesco;20.00\n15/01/2025;Aldi;30.00\n")
    assert amounts(seen) == "-110.09 -20.00 -30.00"
    assert asks(seen)


@pytest.mark.parametrize(
    ("spent", "earned"),
    [
        ("Out", "In"),
        ("Money Out", "Money In"),
        ("Amount Out (GBP)", "Amount In (GBP)"),
        ("Out GBP", "In GBP"),
        ("Af", "Bij"),
        ("Paid out (£)", "Paid in (£)"),
        ("Money out GBP", "Money in GBP"),
        ("Ut fra konto", "Inn på konto"),
        ("Ud", "Ind"),
        ("Ud af konto", "Ind på konto"),
        ("Ut", "In"),
        ("Uit", "In"),
        ("Minus", "Plus"),
        ("Cash out", "Cash in"),
        ("Wn", "Ma"),
        ("Out of account", "Into account"),
        ("Beløb ut", "Beløb inn"),
        ("Bedrag af", "Bedrag bij"),
        ("Withdrawals in GBP", "Deposits in GBP"),
        ("Lastschrift in CHF", "Gutschrift in CHF"),
        ("Debit in £", "Credit in £"),
    ],
)
def test_two_titles_with_small_words_are_spending_and_income(spent, earned):
    for first, second in ((spent, earned), (earned, spent)):
        rows = [("Shop", "20.50", ""), ("Pay", "", "2000.00"), ("Pub", "7.00", "")]
        if first == earned:
            rows = [(text, money, money_too) for text, money_too, money in rows]
        lines = [f"1{day}/01/2025;{';'.join(row)}" for day, row in enumerate(rows, 3)]
        seen = previewed("\n".join([f"Date;Description;{first};{second}", *lines]))
        assert (amounts(seen), seen["sign_certain"], seen["errors"]) == ("-20.50 2000.00 -7.00", True, [])


def test_two_currencies_are_not_spending_and_income():
    titles = "Account Type,Transaction Date,Description 1,CAD$,USD$"
    seen = previewed(
        f"{titles}\nVisa,1/13/2025,AMZN,-20.50,\nVisa,1/14/2025,Hotel,,-100.00\nVisa,1/15/2025,Pay,300.00,\n", "en-CA", "CAD"
    )
    assert amounts(seen) == "-20.50 300.00"
    assert seen["rows"][1]["error"]
