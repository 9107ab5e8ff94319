"""Whole files, well-formed and malformed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses.errors import UnreadableFileError
from expenses.imports.readers.detection import ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping
from expenses.imports.readers.records import read_records
from expenses.imports.readers.rows import MappedRowReader
from expenses.imports.readers.text import open_text

BRITON = ReadingContext("EUR", "en-GB")


def read(content: bytes | str, *, given: Mapping | None = None, reader: ReadingContext = BRITON):
    """Return the layout of a file and its rows as (day, signed minor units, currency, payee, description)."""
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    layout = detect_layout(stream, given or Mapping(), reader)
    assert layout.errors == []
    rows = MappedRowReader(layout.mapping, reader.home_currency)
    with open_text(stream, layout.mapping.encoding) as text:
        found = [rows.read(cells) for line, cells in read_records(text, layout.mapping.delimiter) if line >= layout.first_line]
    return layout, [(r.spent_on, r.minor if r.kind == "income" else -r.minor, r.currency, r.payee, r.description) for r in found]


GERMAN = (Path(__file__).parent / "csv_files" / "german_bank.csv").read_text("utf-8")


def test_a_german_bank_file_with_a_preamble_in_windows_1252():
    layout, rows = read(GERMAN.encode("windows-1252"))
    assert (layout.mapping.encoding, layout.mapping.delimiter, layout.mapping.date_format) == ("windows-1252", ";", "DD.MM.YYYY")
    assert (layout.mapping.decimal, layout.mapping.sign, layout.mapping.currency) == (",", "spending-negative", "EUR")
    assert rows[0] == ("2024-10-31", -102490, "EUR", "REWE Köln", 'Einkauf, "Bio"')
    assert rows[1][:2] == ("2024-10-01", 250000)
    assert layout.sample[0][0] == 6


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_every_usual_encoding_is_recognised(encoding):
    _, rows = read("Date,Payee,Amount\n2024-01-31,Café Größe,12.50\n2024-02-01,Ñandú,3.00\n".encode(encoding))
    assert [row[3] for row in rows] == ["Café Größe", "Ñandú"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_line_end_is_recognised(delimiter, end):
    lines = ["Date,Payee,Amount", '2024-01-31,"A, B; C",12.50', "2024-02-01,D,3.00"]
    text = end.join(lines).replace(",", delimiter).replace(f"A{delimiter} B", "A, B")
    _, rows = read(text)
    assert [row[1] for row in rows] == [-1250, -300]


def test_a_french_file_with_debit_and_credit():
    content = "Date opération;Libellé;Débit euros;Crédit euros\n31/01/2024;CB CARREFOUR;-45,20;\n30/01/2024;SALAIRE;;1 800,00\n"
    _, rows = read(content)
    assert [row[:3] for row in rows] == [("2024-01-31", -4520, "EUR"), ("2024-01-30", 180000, "EUR")]


def test_a_spanish_file():
    _, rows = read("Fecha;Concepto;Importe;Divisa\n31/01/2024;Compra;-45,20;EUR\n13/01/2024;Nómina;1.800,00;EUR\n")
    assert [row[:2] for row in rows] == [("2024-01-31", -4520), ("2024-01-13", 180000)]


def test_an_american_file():
    layout, rows = read(
        "Transaction Date,Post Date,Description,Category,Type,Amount,Memo\n01/31/2024,02/01/2024,TARGET,Shopping,Sale,-12.99,\n"
        "01/05/2024,01/06/2024,Payment,,Payment,100.00,\n",
        reader=ReadingContext("USD", "en-US"),
    )
    assert layout.mapping.columns["date"] == 0
    assert [row[:3] for row in rows] == [("2024-01-31", -1299, "USD"), ("2024-01-05", 10000, "USD")]


def test_a_file_without_a_header_is_understood_by_its_content():
    layout, rows = read("31.01.2024;REWE;Einkauf;-12,50;EUR\n30.01.2024;BayBook;Gehalt;1.000,00;EUR\n")
    assert layout.mapping.header is False
    assert layout.titles[0] == "Column 1"
    assert rows[0] == ("2024-01-31", -1250, "EUR", "REWE", "Einkauf")


def test_unknown_titles_are_recognised_as_titles():
    layout, rows = read("When,Whom,How much\n2024-01-31,REWE,12.50\n2024-02-29,Kin Soy,3.20\n")
    assert layout.mapping.header is True
    assert [row[1] for row in rows] == [-1250, -320]


def test_positive_amounts_are_spending_unless_one_is_negative():
    assert read("date,amount\n2024-01-31,5.00\n")[1][0][1] == -500
    assert [row[1] for row in read("date,amount\n2024-01-31,5.00\n2024-01-31,-1.00\n")[1]] == [500, -100]


def test_the_callers_mapping_overrules_detection():
    mapping = Mapping(date_format="MM/DD/YYYY", sign="spending-negative", currency="JPY", columns={"payee": 2, "description": 1})
    _, rows = read("date,payee,description,amount\n01/02/2024,a,b,500\n", given=mapping)
    assert rows == [("2024-01-02", 500, "JPY", "b", "a")]


def test_ambiguous_dates_are_mentioned():
    layout, _ = read("date,amount\n01/02/2024,5.00\n")
    assert "DD/MM/YYYY or MM/DD/YYYY" in layout.warnings[0]


def test_escaping_of_formulas_is_removed():
    assert read("date,payee,amount\n2024-01-01,'=1+1,5.00\n2024-01-01,'s-H,5.00\n")[1][0][3] == "=1+1"


def refused(content: bytes | str) -> str:
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UnreadableFileError) as caught:
        layout = detect_layout(stream, Mapping(), BRITON)
        if layout.errors:
            raise UnreadableFileError(" ".join(layout.errors))
        with open_text(stream, layout.mapping.encoding) as text:
            list(read_records(text, layout.mapping.delimiter))
    return str(caught.value)


HEAD = "date,payee,amount\n2024-01-01,x,1.00\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04" + b"\0" * 40, "spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "spreadsheet"),
        (b"\x89PNG\r\n", "picture"),
        (b"date,amount\n2024-01-01,\x00\x01\x02", "text file"),
        (HEAD.encode() + b"2024-01-02,\x00,1\n" * 9000, "text file"),
        ("date,payee,amount\n", "no rows"),
        ("payee,amount\nx,1.00\ny,2.00\n", "dates"),
        ("date,payee\n2024-01-01,x\n", "amounts"),
        (HEAD + '2024-01-02,"never closed,1.00\n2024-01-03,y,2.00\n', "line 3"),
        (HEAD + '2024-01-02,"never closed,1.00\n' + "2024-01-03,y,2.00\n" * 5000, "line 3"),
        (HEAD + '2024-01-02,"' + "2024-01-03,y,2.00\n" * 5000 + '",1.00\n', "line 3"),
        (HEAD + "x" * 200_000, "line 3"),
        (HEAD + "," * 200 + "\n", "201 columns"),
        ("soon,amount\nnever,1.00\n", "dates"),
        (HEAD.encode() + "2024-01-02,Caf\u00e9".encode()[:-1], "missing"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_change(content, reason):
    assert reason.casefold() in refused(content).casefold()


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    stream = io.BytesIO(content)
    try:
        layout = detect_layout(stream, Mapping(), BRITON)
    except UnreadableFileError:
        return
    assert layout.mapping.encoding


@given(st.text(alphabet="\"',;\n\r0123456789.-€dateamount \t", max_size=200))
def test_no_text_breaks_the_reader(content):
    test_no_file_breaks_the_reader.hypothesis.inner_test(("date,amount\n" + content).encode())
