"""Statements as banks of many countries write them: scripts, calendars, encodings, directions, headers, totals, currencies."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from expenses.adapters.months import BabelMonths
from expenses.domain.csvfile.layout import Reader, find_layout
from expenses.domain.csvfile.mapping import Mapping
from expenses.domain.csvfile.preview import preview_of

CASES = {case["name"]: case for case in json.loads((Path(__file__).parent / "worldwide.json").read_text("utf-8"))}


def previewed(name):
    case = CASES[name]
    reader = Reader(case["home_currency"], case["locale"], BabelMonths().languages(case["locale"]))
    layout = find_layout(io.BytesIO(case["text"].encode(case["encoding"])), Mapping(), reader)
    return preview_of(layout, reader, lambda currency, day: True, lambda rows: [False] * len(rows))


def expenses(preview):
    return [row["expense"] for row in preview["rows"] if row["expense"]]


def having(field):
    return [name for name, case in CASES.items() if field in case]


@pytest.mark.parametrize("name", having("want"))
def test_the_bookings_are_read_without_a_question(name):
    seen = previewed(name)
    read = [[one["spent_on"], one["kind"], one["amount"]["amount"], one["amount"]["currency"]] for one in expenses(seen)]
    assert (read, seen["sign_certain"], seen["errors"]) == (CASES[name]["want"], True, [])


@pytest.mark.parametrize("name", having("asks"))
def test_what_the_file_does_not_tell_is_asked(name):
    seen = previewed(name)
    assert not seen["sign_certain"]
    assert seen["warnings"]


@pytest.mark.parametrize("name", having("payees"))
def test_the_payee_is_the_other_party(name):
    assert [one["payee"] or one["description"] for one in expenses(previewed(name))] == CASES[name]["payees"]


@pytest.mark.parametrize("name", having("categories"))
def test_the_category_is_kept(name):
    assert [one["category"] for one in expenses(previewed(name))] == CASES[name]["categories"]
