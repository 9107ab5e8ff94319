"""Files that are not CSV are refused by the name of their format."""

from __future__ import annotations

import gzip

import pytest

from expenses.imports.readers.text import unsupported_format

OFX = "OFXHEADER:100\nDATA:OFXSGML\n<OFX><STMTTRN><TRNAMT>-5.00</STMTTRN></OFX>"
CAMT = '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
BEANCOUNT = '; accounts\n2019-01-01 open Assets:Cash USD\n2019-01-02 * "Shop" "Milk"\n  Assets:Cash  -5.00 USD\n'
LEDGER = "; journal\n2019/01/02 * Shop\n    Expenses:Food    $5.00\n    Assets:Cash\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (OFX.encode(), "an OFX file"),
        (b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX>', "an OFX file"),
        (b"!Type:Bank\nD01/02/2019\nT-5.00\n^\n", "a QIF file"),
        (CAMT.encode(), "a CAMT file"),
        (b"\xef\xbb\xbf" + CAMT.encode(), "a CAMT file"),
        (CAMT.encode("utf-16"), "a CAMT file"),
        (b":20:STARTUMS\r\n:25:10020030/1234567\r\n:60F:C190101EUR1,00\r\n", "an MT940 file"),
        (b"{1:F01BANKDEFFXXXX0000000000}{2:O940", "an MT940 file"),
        (b"!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\n!SPL\tSPLID\n", "an IIF file"),
        (b'<?xml version="1.0"?>\n<gnc-v2 xmlns:gnc="x">', "a GnuCash file"),
        (gzip.compress(b"<gnc-v2>", mtime=0), "a GnuCash file"),
        (BEANCOUNT.encode(), "a Beancount file"),
        (LEDGER.encode(), "a ledger or hledger journal"),
        (b"PK\x03\x04xl", "a spreadsheet such as an Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a spreadsheet such as an Excel file"),
        (b"%PDF-1.7", "a PDF"),
        (b'[{"date": "2019-01-01"}]', "a JSON file"),
        (b'{"items": []}', "a JSON file"),
        (b"<!DOCTYPE html><table><tr><td>5.00", "an HTML page"),
    ],
)
def test_a_file_of_another_format_is_named(content, name):
    refused = unsupported_format(content)
    assert refused.startswith(f"This is {name}")
    assert "CSV" in refused


@pytest.mark.parametrize(
    "content",
    [
        "date,amount\n2019-01-01,5.00\n",
        "2019-01-01,Shop: food,5.00\n2019-01-02,Bar,1.00\n",
        '"[a]","{b}"\n2019-01-01,5.00\n',
        "2019-01-02 Shop;5.00\n2019-01-03 Note: x;1.00\n",
        "!important;date\n1;2\n",
    ],
)
def test_csv_is_not_taken_for_another_format(content):
    assert unsupported_format(content.encode()) is None
