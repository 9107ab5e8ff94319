"""Previews of imports, and mappings that correct them."""

from __future__ import annotations

import pytest


def counts(answer):
    assert answer.status_code == 201, answer.text
    return {name: answer.json()[name] for name in ("rows", "imported", "duplicates", "failed")}


UPLOADS = ["/imports", "/imports/preview"]


@pytest.mark.parametrize("path", UPLOADS)
def test_a_bad_mapping_is_refused_with_its_place(api, path):
    answer = api.upload("date,amount\n2024-01-31,1.00\n", to=path, mapping={"columns": {"date": -1}})
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/mapping/columns/date"


@pytest.mark.parametrize("path", UPLOADS)
def test_a_file_of_another_format_is_refused_with_its_name(api, path):
    answer = api.upload("!Type:Bank\nD01/02/2019\nT-5.00\n^\n", to=path)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith("This is a QIF file")


def test_a_column_that_the_file_lacks_is_said(api):
    answer = api.upload("date,amount\n2024-01-31,1.00\n", mapping={"columns": {"payee": 7}})
    assert answer.status_code == 422
    assert "no column 8 for payee" in answer.json()["detail"]


def test_a_preview_shows_cells_and_what_they_mean_and_stores_nothing(api):
    answer = api.upload(
        "Datum;Betrag;Empfänger\n31.01.2024;-1,50;REWE\n32.01.2024;x;\n", to="/imports/preview", mapping={"currency": "CHF"}
    )
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert seen["mapping"] == {
        "encoding": "utf-8",
        "delimiter": ";",
        "header": True,
        "date_format": "DD.MM.YYYY",
        "decimal": ",",
        "sign": "spending-negative",
        "currency": "CHF",
        "columns": {"date": 0, "amount": 1, "payee": 2},
    }
    good, bad = seen["rows"]
    assert good["cells"] == ["31.01.2024", "-1,50", "REWE"]
    assert good["expense"]["amount"] == {"amount": "1.50", "currency": "CHF"}
    assert (bad["line"], bad["expense"]) == (3, None)
    assert "not a date" in bad["error"]
    assert seen["errors"] == []
    assert api("GET", "/imports").json()["items"] == []


def test_a_preview_says_what_must_be_corrected(api):
    seen = api.upload("foo,bar\nx,y\n", to="/imports/preview").json()
    assert len(seen["errors"]) == 2
    assert all(row["expense"] is None for row in seen["rows"])


def test_the_mapping_of_a_preview_imports_as_it_was_shown(api):
    content = "Datum;Betrag;Wer\n31.01.2024;-1,50;REWE\n"
    mapping = api.upload(content, to="/imports/preview").json()["mapping"]
    assert counts(api.upload(content, mapping=mapping))["imported"] == 1
