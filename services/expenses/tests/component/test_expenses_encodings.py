"""Files in other encodings are imported, and recognized when they are imported again."""

from __future__ import annotations

import pytest

from expenses.imports.readers.mapping import ENCODINGS
from testing.fakes.callers import a_caller

ONE_WORD = "Date,Payee,Amount\n2024-01-31,Хлеб,-4.00\n".encode("cp1251")
"""Too little to tell the encoding by."""


def payees(seen):
    return [row["expense"]["payee"] for row in seen["rows"]]


def test_a_file_is_imported_with_the_chosen_encoding(api):
    assert api.upload(ONE_WORD, mapping={"encoding": "windows-1251"}).json()["imported"] == 1
    assert [entry["payee"] for entry in api("GET", "/expenses").json()["items"]] == ["Хлеб"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_imported_once_in_whatever_encoding(api, encoding):
    content = "Date,Payee,Amount\n2024-01-31,Bakery,-4.00\n".encode(encoding if encoding.startswith("utf") else "ascii")
    mapping = {"encoding": encoding}
    assert api.upload(content, mapping=mapping).json()["imported"] == 1
    assert api.upload(content, mapping=mapping).json()["duplicates"] == 1


def test_thai_text_is_imported_and_recognized_again(api):
    api = api.as_(a_caller(locale="th-TH", currency="THB"))
    content = "วันที่,ผู้รับ,จำนวนเงิน\n2024-01-31,ร้านสะดวกซื้อ,-45.00\n2024-02-01,การไฟฟ้า,-900.00\n".encode("cp874")
    seen = api.upload(content, to="/imports/preview").json()
    assert seen["mapping"]["encoding"] == "windows-874"
    assert payees(seen) == ["ร้านสะดวกซื้อ", "การไฟฟ้า"]
    assert api.upload(content).json()["imported"] == 2
    assert api.upload(content).json()["duplicates"] == 2
