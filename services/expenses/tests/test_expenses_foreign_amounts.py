"""Statements with several amounts in a row: the foreign amount, fees and rates beside the booked amount."""

from __future__ import annotations

import pytest

from expenses.imports.readers.mapping import Mapping
from support.previews import previewed as preview_for

WISE = (
    "ID,Status,Direction,Created on,Finished on,Source fee amount,Source fee currency,Target fee amount,Target fee currency,"
    "Source name,Source amount (after fees),Source currency,Target name,Target amount (after fees),Target currency,Exchange rate"
)
SENT = "T1,COMPLETED,OUT,2025-01-13 10:00:00,2025-01-13 11:00:00,0.00,GBP,,,Me,99.00,GBP,Hans,115.00,EUR,1.16"
RECEIVED = "T2,COMPLETED,IN,2025-01-14 10:00:00,2025-01-14 11:00:00,0.00,GBP,,,Bob,50.00,GBP,Me,50.00,GBP,1.00"
CONVERTED = "T3,COMPLETED,IN,2025-01-15 10:00:00,2025-01-15 11:00:00,0.00,EUR,,,Bob,58.00,EUR,Me,50.00,GBP,0.86"

# Name, home currency and locale of the reader, the file, and its bookings with spending below zero.
# fmt: off
FILES = [
    ("N26","EUR","de-DE",'"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"\n2025-01-05,2025-01-04,AMZN,,Presentment,,Main,-11.50,-12.00,USD,0.958\n2025-01-06,2025-01-06,ACME,DE00,Credit Transfer,Lohn,Main,2000.00,,,\n2025-01-07,2025-01-06,Hotel,,Presentment,,Main,-31.20,-5000,JPY,0.00624\n',"-11.50 EUR, 2000.00 EUR, -31.20 EUR"),
    ("Visa card of comdirect","EUR","de-DE",'Belegdatum;Umsatztext;Fremdwährung;Betrag Fremdwährung;Kurs;Betrag EUR\n13.01.2025;Hotel;USD;-120,00;1,09;-110,09\n14.01.2025;REWE;;;;-20,00\n15.01.2025;Lohn;;;;2.000,00\n',"-110.09 EUR, -20.00 EUR, 2000.00 EUR"),
    ("amount in pounds and a currency","GBP","en-GB",'Date,Merchant,Amount GBP,Original amount,Currency\n13/01/2025,Hotel,-110.09,-120.00,USD\n14/01/2025,Tesco,-20.00,,\n15/01/2025,Pay,2000.00,,\n',"-110.09 GBP, -20.00 GBP, 2000.00 GBP"),
    ("foreign currency","GBP","en-GB",'Date,Merchant,Amount,Foreign Amount,Foreign Currency\n13/01/2025,Hotel,-110.09,-120.00,USD\n14/01/2025,Tesco,-20.00,,\n15/01/2025,Pay,2000.00,,\n',"-110.09 GBP, -20.00 GBP, 2000.00 GBP"),
    ("ICS","EUR","nl-NL",'Datum,Omschrijving,Bedrag in vreemde valuta,Valuta,Bedrag in EUR\n13-01-2025,Hotel,-120.00,USD,-110.09\n14-01-2025,AH,,,-20.00\n15-01-2025,Jumbo,,,-30.00\n',"-110.09 EUR, -20.00 EUR, -30.00 EUR"),
    ("account in another currency","GBP","en-GB",'Date,Merchant,Currency,Amount,Original amount,Original currency\n13/01/2025,Hotel,USD,-110.09,-120.00,EUR\n14/01/2025,Tesco,USD,-20.00,,\n',"-110.09 USD, -20.00 USD"),
    ("only the original amount","EUR","en-IE",'Date,Merchant,Original amount,Original currency\n13/01/2025,Hotel,-120.00,USD\n14/01/2025,Tesco,-20.00,EUR\n',"-120.00 USD, -20.00 EUR"),
    ("Wise, sent","GBP","en-GB",f"{WISE}\n{SENT}\n","-99.00 GBP"),
    ("Wise, sent and received","GBP","en-GB",f"{WISE}\n{SENT}\n{RECEIVED}\n","-99.00 GBP, 50.00 GBP"),
    ("Wise, with texts","GBP","en-GB",f"{WISE},Reference,Batch,Created by,Category,Note\n{SENT},,,Me,General,\n{RECEIVED},,,Me,General,\n{SENT.replace('99.00','23.50')},,,Me,General,\n","-99.00 GBP, 50.00 GBP, -23.50 GBP"),
    ("fee before the amount","EUR","de-DE",'Datum;Text;Gebühr;Kurs;Betrag\n13.01.2025;Hotel;0,00;1,09;-110,09\n14.01.2025;REWE;0,00;1,00;-20,00\n15.01.2025;Lohn;0,00;1,00;2.000,00\n',"-110.09 EUR, -20.00 EUR, 2000.00 EUR"),
]
# fmt: on


def previewed(currency, locale, content, mapping=Mapping()):
    return preview_for(content, locale, currency, mapping)


def bookings(seen):
    signs = {"expense": "-", "income": ""}
    found = [row["expense"] for row in seen["rows"] if row["expense"]]
    return ", ".join(f"{signs[one['kind']]}{one['amount']['amount']} {one['amount']['currency']}" for one in found)


@pytest.mark.parametrize(
    ("currency", "locale", "content", "amounts"), [file[1:] for file in FILES], ids=[file[0] for file in FILES]
)
def test_the_booked_amount_has_its_own_currency(currency, locale, content, amounts):
    seen = previewed(currency, locale, content)
    assert (bookings(seen), seen["errors"]) == (amounts, [])


def test_a_currency_that_may_belong_to_other_amounts_is_mentioned():
    seen = previewed(
        "GBP",
        "en-GB",
        "Date,Merchant,Amount,Original amount,Currency\n13/01/2025,Hotel,-110.09,-120.00,USD\n14/01/2025,Tesco,-20.00,-20.00,GBP\n",
    )
    assert bookings(seen) == "-110.09 GBP, -20.00 GBP"
    assert [warning for warning in seen["warnings"] if "column 5 (Currency)" in warning]


def test_a_foreign_currency_without_an_amount_is_mentioned():
    content = (
        "Datum;Text;Betrag CHF;Fremdwährung\n13.01.2025;Hotel;-110.09;USD\n14.01.2025;Coop;-20.00;\n15.01.2025;Lohn;2000.00;\n"
    )
    seen = previewed("CHF", "de-CH", content)
    assert bookings(seen) == "-110.09 CHF, -20.00 CHF, 2000.00 CHF"
    assert [warning for warning in seen["warnings"] if "column 4 (Fremdwährung)" in warning]


def test_a_chosen_currency_is_not_questioned():
    content = (
        "Date,Merchant,Amount,Original amount,Currency\n13/01/2025,Hotel,-110.09,-120.00,USD\n14/01/2025,Tesco,-20.00,-20.00,GBP\n"
    )
    seen = previewed("GBP", "en-GB", content, Mapping(columns={"currency": 4}))
    assert (bookings(seen), seen["warnings"]) == ("-110.09 USD, -20.00 GBP", [])


def test_amounts_of_two_columns_are_asked_about():
    seen = previewed("GBP", "en-GB", f"{WISE}\n{SENT}\n{CONVERTED}\n")
    assert bookings(seen) == ""
    assert [error for error in seen["errors"] if "Columns 11 and 14" in error]


def test_the_chosen_one_of_two_columns_is_used():
    seen = previewed("GBP", "en-GB", f"{WISE}\n{CONVERTED}\n", Mapping(columns={"amount": 13, "currency": 14}))
    assert (bookings(seen), seen["errors"]) == ("50.00 GBP", [])
