"""The encoding of a file: found by its text, or chosen from those that the preview shows."""

from __future__ import annotations

import pytest

from expenses.imports.readers.mapping import ENCODINGS
from testing.fakes.callers import a_caller

RUSSIAN = "Дата;Получатель;Описание;Сумма\n31.01.2024;Пятёрочка;Продукты;-450,20\n30.01.2024;Ромашка;Зарплата;18000,00\n"
ONE_WORD = "Date,Payee,Amount\n2024-01-31,Хлеб,-4.00\n".encode("cp1251")
"""Too little to tell the encoding by."""


def payees(seen):
    return [row["expense"]["payee"] for row in seen["rows"]]


@pytest.mark.parametrize("locale", ["ru-RU", "de-DE", "en-GB"])
def test_russian_text_in_windows_1251_is_read(api, locale):
    api = api.as_(a_caller(locale=locale))
    seen = api.upload(RUSSIAN.encode("cp1251"), to="/imports/preview").json()
    assert (seen["mapping"]["encoding"], seen["encodings"]) == ("windows-1251", [])
    found = [(row["expense"]["payee"], row["expense"]["description"]) for row in seen["rows"]]
    assert found == [("Пятёрочка", "Продукты"), ("Ромашка", "Зарплата")]


def test_the_preview_offers_encodings_with_a_sample_of_each(api):
    seen = api.upload(ONE_WORD, to="/imports/preview").json()
    offered = {one["encoding"]: one["sample"] for one in seen["encodings"]}
    assert seen["mapping"]["encoding"] in offered
    assert offered["windows-1251"] == "2024-01-31,Хлеб,-4.00"
    assert offered["windows-1253"] == "2024-01-31,Υλεα,-4.00"


def test_each_encoding_that_is_offered_can_be_chosen(api):
    offered = api.upload(ONE_WORD, to="/imports/preview").json()["encodings"]
    assert len(offered) > 1
    for one in offered:
        seen = api.upload(ONE_WORD, to="/imports/preview", mapping={"encoding": one["encoding"]}).json()
        assert seen["mapping"]["encoding"] == one["encoding"]
        assert payees(seen) == [one["sample"].split(",")[1]]


def test_a_file_is_imported_with_the_chosen_encoding(api):
    assert api.upload(ONE_WORD, mapping={"encoding": "windows-1251"}).json()["imported"] == 1
    assert [entry["payee"] for entry in api("GET", "/expenses").json()["items"]] == ["Хлеб"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_imported_once_in_whatever_encoding(api, encoding):
    content = "Date,Payee,Amount\n2024-01-31,Bakery,-4.00\n".encode(encoding if encoding.startswith("utf") else "ascii")
    mapping = {"encoding": encoding}
    assert payees(api.upload(content, to="/imports/preview", mapping=mapping).json()) == ["Bakery"]
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
