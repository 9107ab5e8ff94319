"""The encoding of a file: found by its text, or chosen from those that the preview shows."""

from __future__ import annotations

import pytest

from expenses.imports.readers.mapping import ENCODINGS, Mapping
from support.previews import previewed

RUSSIAN = "Дата;Получатель;Описание;Сумма\n31.01.2024;Пятёрочка;Продукты;-450,20\n30.01.2024;Ромашка;Зарплата;18000,00\n"
ONE_WORD = "Date,Payee,Amount\n2024-01-31,Хлеб,-4.00\n".encode("cp1251")
"""Too little to tell the encoding by."""


def payees(seen):
    return [row["expense"]["payee"] for row in seen["rows"]]


@pytest.mark.parametrize("locale", ["ru-RU", "de-DE", "en-GB"])
def test_russian_text_in_windows_1251_is_read(locale):
    seen = previewed(RUSSIAN.encode("cp1251"), locale, "EUR")
    assert (seen["mapping"]["encoding"], seen["encodings"]) == ("windows-1251", [])
    found = [(row["expense"]["payee"], row["expense"]["description"]) for row in seen["rows"]]
    assert found == [("Пятёрочка", "Продукты"), ("Ромашка", "Зарплата")]


def test_the_preview_offers_encodings_with_a_sample_of_each():
    seen = previewed(ONE_WORD, "en-GB", "EUR")
    offered = {one["encoding"]: one["sample"] for one in seen["encodings"]}
    assert seen["mapping"]["encoding"] in offered
    assert offered["windows-1251"] == "2024-01-31,Хлеб,-4.00"
    assert offered["windows-1253"] == "2024-01-31,Υλεα,-4.00"


def test_each_encoding_that_is_offered_can_be_chosen():
    offered = previewed(ONE_WORD, "en-GB", "EUR")["encodings"]
    assert len(offered) > 1
    for one in offered:
        seen = previewed(ONE_WORD, "en-GB", "EUR", Mapping(encoding=one["encoding"]))
        assert seen["mapping"]["encoding"] == one["encoding"]
        assert payees(seen) == [one["sample"].split(",")[1]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_read_in_the_chosen_encoding(encoding):
    content = "Date,Payee,Amount\n2024-01-31,Bakery,-4.00\n".encode(encoding if encoding.startswith("utf") else "ascii")
    assert payees(previewed(content, "en-GB", "EUR", Mapping(encoding=encoding))) == ["Bakery"]
