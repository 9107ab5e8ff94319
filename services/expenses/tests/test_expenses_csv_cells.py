"""The meaning of single cells and titles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses.imports.occurrences import Occurrences
from expenses.imports.readers.amounts import amount_reader, decimal_of
from expenses.imports.readers.dates import FORMATS, ambiguous, day_reader, formats_of
from expenses.imports.readers.outlay_csv import escape_formulas
from expenses.imports.readers.titles import columns_by_title


@pytest.mark.parametrize(
    ("text", "decimal", "read"),
    [
        ("12.34", ".", "+12.34"),
        ("-12.34", ".", "-12.34"),
        ("+12", ".", "+12."),
        ("1,234.56", ".", "+1234.56"),
        ("1,23,456.78", ".", "+123456.78"),
        ("1.234,56", ",", "+1234.56"),
        ("1 234,56", ",", "+1234.56"),
        ("1\u00a0234,56", ",", "+1234.56"),
        ("1\u202f234\u202f567,8", ",", "+1234567.8"),
        ("1'234.56", ".", "+1234.56"),
        ("1\u2019234.56", ".", "+1234.56"),
        ("12.34-", ".", "-12.34"),
        ("(1,234.56)", ".", "-1234.56"),
        ("\u221212,34", ",", "-12.34"),
        ("€12.34", ".", "+12.34EUR"),
        ("-€ 12.34", ".", "-12.34EUR"),
        ("€ -12.34", ".", "-12.34EUR"),
        ("12,34 €", ",", "+12.34EUR"),
        ("-12,34 EUR", ",", "-12.34EUR"),
        ("$5.00", ".", "+5.00"),
        ("CHF 1'000.00", ".", "+1000.00CHF"),
        (" 12.34 ", ".", "+12.34"),
        (".47", ".", "+0.47"),
        ("-.47", ".", "-0.47"),
        ("-,01", ",", "-0.01"),
        ("$.23", ".", "+0.23"),
        ("12.-", ".", "+12."),
        ("1\u0662\u0663\u066b\u0664\u0665", ".", "+123.45"),
        ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665", ",", "+1234.5"),
        ("د.ك.\u200f 1.234", ".", "+1.234KWD"),
        ("ر.س.\u200f-12.50", ".", "-12.50SAR"),
        ("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15\uff10", ".", "+1234.50"),
        ("4500.00 Dr", ".", "+4500.00"),
        ("1.234,50 S", ",", "+1234.50"),
        ("Cr. 12.00", ".", "+12.00"),
        ("Rs.100.00", ".", "+100.00"),
    ],
)
def test_amounts_are_read_in_every_fashion(text, decimal, read):
    amount = amount_reader(decimal)(text)
    assert amount is not None
    assert f"{'-' if amount.negative else '+'}{amount.whole}.{amount.fraction}{amount.currency or ''}" == read


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("", "."),
        ("abc", "."),
        ("12,34", "."),
        ("1.2.3", "."),
        ("1.23,4", "."),
        ("12.34.56", ","),
        ("--", "."),
        ("1e5", "."),
        ("NaN", "."),
        ("1,2345", "."),
        ("12 34", "."),
        ("1,234 567", "."),
        ("9" * 13, "."),
        ("12.34 lots", "."),
        ("=1+1", "."),
    ],
)
def test_other_texts_are_not_read_as_amounts(text, decimal):
    assert amount_reader(decimal)(text) is None


@given(st.text(max_size=20), st.sampled_from(".,"))
def test_no_text_breaks_the_amount_reader(text, decimal):
    amount = amount_reader(decimal)(text)
    assert amount is None or (amount.whole + amount.fraction).isdigit()


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1.234,56"], ","),
        (["1,234.56"], "."),
        (["12,5"], ","),
        (["12.50"], "."),
        (["1.234", "12,00"], ","),
        (["1.234.567"], ","),
        (["12", "13"], None),
        (["1'234.5"], "."),
        (["-12,30 €"], ","),
        (["1.000"], ","),
    ],
)
def test_the_decimal_separator_shows_in_the_column(cells, decimal):
    assert decimal_of(cells) == decimal


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("YYYY-MM-DD", "2024-02-09"),
        ("DD.MM.YYYY", "9.2.2024"),
        ("DD/MM/YYYY", "09/02/2024"),
        ("MM/DD/YYYY", "2/9/2024"),
        ("YYYY/MM/DD", "2024/02/09"),
        ("DD-MM-YYYY", "09-02-2024"),
        ("MM-DD-YYYY", "02-09-2024"),
        ("YYYYMMDD", "20240209"),
        ("DD.MM.YY", "09.02.24"),
        ("DD/MM/YY", "9/2/24"),
        ("MM/DD/YY", "2/9/24"),
        ("YYYY-MM-DD", "2024-02-09T10:00:00Z"),
        ("YYYY-MM-DD", "2024-02-09 10:00"),
        ("DD.MM.YYYY", " 09.02.2024 "),
    ],
)
def test_days_are_read_in_every_form(date_format, text):
    assert day_reader(date_format)(text) == "2024-02-09"


@pytest.mark.parametrize("text", ["2023-02-29", "2024-13-01", "0000-00-00", "1899-12-31", "3000-01-01", "", "today", "2024-2-9x"])
def test_other_texts_are_not_read_as_dates(text):
    assert day_reader("YYYY-MM-DD")(text) is None


@pytest.mark.parametrize("date_format", FORMATS)
def test_the_date_format_is_detected(date_format):
    texts = [
        date_format.replace("YYYY", f"{year}")
        .replace("YY", f"{year % 100:02}")
        .replace("MMM", name)
        .replace("MM", f"{month:02}")
        .replace("DD", f"{day:02}")
        for year, month, name, day in ((1999, 1, "Jan", 31), (1998, 12, "December", 25))
    ]
    months = {"jan": 1, "december": 12}
    assert formats_of(texts, locale="de-DE", months=months)[0] == date_format
    assert [day_reader(date_format, months)(text) for text in texts] == ["1999-01-31", "1998-12-25"]


def test_the_country_decides_between_ambiguous_dates():
    cells = ["01/02/2024", "03/04/2024"]
    assert formats_of(cells, locale="en-US")[0] == "MM/DD/YYYY"
    assert formats_of(cells, locale="en-GB")[0] == "DD/MM/YYYY"
    assert ambiguous(formats_of(cells, locale="en-GB"), cells)
    assert not ambiguous(formats_of([*cells, "31/01/2024"], locale="en-GB"), [*cells, "31/01/2024"])
    assert not ambiguous(formats_of(["01/01/2024"], locale="en-GB"), ["01/01/2024"])


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        ("Date;Payee;Amount", {"date": 0, "payee": 1, "amount": 2}),
        (
            "Buchungstag;Wertstellung;Begünstigter / Auftraggeber;Verwendungszweck;Betrag (EUR)",
            {"date": 0, "description": 3, "amount": 4},
        ),
        (
            "Buchung;Valuta;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Betrag;Währung",
            {"payee": 2, "amount": 5, "currency": 6},
        ),
        ("Date;Libellé;Débit euros;Crédit", {"date": 0, "description": 1, "credit": 3}),
        ("Fecha operación;Concepto;Importe;Divisa", {"date": 0, "description": 1, "amount": 2, "currency": 3}),
        ("Type;Started Date;Description;Amount;Currency", {"kind": 0, "date": 1, "description": 2, "amount": 3, "currency": 4}),
        ("Transaction Date;Post Date;Description;Category;Type;Amount;Memo", {"date": 0, "category": 3, "amount": 5}),
        ("foo;bar", {}),
    ],
)
def test_titles_are_known_in_many_languages(titles, columns):
    found = columns_by_title(titles.split(";"))
    assert {name: found.get(name) for name in columns} == columns


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "-5"),
        ("-5.20", "-5.20"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("x", "x"),
        ("", ""),
        ("-x", "'-x"),
        ("'=x", "''=x"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("+49 30 1", "'+49 30 1"),
        ("x;=1+1;", "x;'=1+1;"),
        ("x\t@A1", "x\t'@A1"),
        ("two\n- lines", "two\n'- lines"),
        ("x;-5.20", "x;-5.20"),
        ("a; b", "a; b"),
    ],
)
def test_formulas_are_made_harmless(text, written):
    assert escape_formulas(text) == written


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 3)), max_size=300))
def test_occurrences_of_rows_and_of_lines_are_counted_exactly(rows):
    counted, lines = Occurrences(), [(row, 100 * row + line) for row, line in rows]
    for at, (row, line) in enumerate(lines):
        so_far = lines[: at + 1]
        assert counted.count(row, line) == (sum(row == other for other, _ in so_far), so_far.count((row, line)))


def test_many_different_rows_are_told_apart():
    counted = Occurrences()
    assert {counted.count(number * 7919, number) for number in range(1, 50_001)} == {(1, 1)}
    assert {counted.count(number * 7919, number) for number in range(1, 50_001)} == {(2, 2)}
    assert {counted.count(number * 7919, -number) for number in range(1, 50_001)} == {(3, 1)}
