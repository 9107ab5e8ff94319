"""Fees in a column of their own are not added to amounts, and the preview says so."""

from __future__ import annotations

import io

import pytest

from expenses.imports.month_names import month_names
from expenses.imports.readers.detection import ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping

REVOLUT = "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"


def warnings(content: str) -> list[str]:
    reader = ReadingContext("EUR", "en-IE", month_names("en-IE"))
    return [text for text in detect_layout(io.BytesIO(content.encode()), Mapping(), reader).warnings if "fees" in text]


@pytest.mark.parametrize(
    "content",
    [
        REVOLUT
        + "TOPUP,Current,2025-01-01 10:00:00,2025-01-01 10:00:00,Top-up,300.00,0.00,EUR,COMPLETED,300.00\n"
        + "CARD_PAYMENT,Current,2025-01-02 10:00:00,2025-01-02 10:00:00,Cafe,-10.00,0.00,EUR,COMPLETED,290.00\n"
        + "TRANSFER,Current,2025-01-03 10:00:00,2025-01-03 10:00:00,To X,-100.00,1.50,EUR,COMPLETED,188.50\n"
        + "ATM,Current,2025-01-04 10:00:00,2025-01-04 10:00:00,Cash,-50.00,2.00,EUR,COMPLETED,136.50\n",
        "Date,Description,Amount,Charges,Balance\n2025-01-02,Cafe,-10.00,0.00,1000.00\n"
        "2025-01-03,Transfer,-100.00,2.50,897.50\n2025-01-04,Shop,-7.50,0.00,890.00\n",
        "Datum;Text;Betrag;Gebühr\n2025-01-03;Hotel;-110,09;1,50\n2025-01-04;REWE;-20,00;0,00\n",
    ],
    ids=["with a balance, Revolut", "with a balance, charges", "without a balance"],
)
def test_fees_outside_the_amounts_are_mentioned(content):
    [told] = warnings(content)
    assert told.endswith("is not imported. If the amounts do not contain these fees, add them by hand.")


@pytest.mark.parametrize(
    "content",
    [
        REVOLUT
        + "TOPUP,Current,2025-01-01 10:00:00,2025-01-01 10:00:00,Top-up,300.00,0.00,EUR,COMPLETED,300.00\n"
        + "TRANSFER,Current,2025-01-03 10:00:00,2025-01-03 10:00:00,To X,-100.00,0.00,EUR,COMPLETED,200.00\n",
        "Date,Description,Amount,Charges,Balance\n2025-01-02,Cafe,-10.00,0.00,1000.00\n"
        "2025-01-03,Transfer,-102.50,2.50,897.50\n2025-01-04,Shop,-7.50,0.00,890.00\n",
        "Date,Name,Gross amount,Fee,Amount\n2025-01-03,Sale,100.00,-3.20,96.80\n2025-01-04,Shop,-20.00,0.00,-20.00\n",
    ],
    ids=["no fee", "the balance says that it is contained", "gross and net"],
)
def test_fees_within_the_amounts_are_not_mentioned(content):
    assert warnings(content) == []
