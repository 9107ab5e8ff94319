"""Statements as banks of many countries write them: scripts, calendars, encodings, directions, headers, totals, currencies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.previews import previewed as preview_for

CASES = {case["name"]: case for case in json.loads((Path(__file__).parent / "worldwide.json").read_text("utf-8"))}


def previewed(name):
    case = CASES[name]
    return preview_for(case["text"].encode(case["encoding"]), case["locale"], case["home_currency"])


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
def test_what_the_file_does_not_show_is_asked(name):
    seen = previewed(name)
    assert not seen["sign_certain"]
    assert seen["warnings"]


@pytest.mark.parametrize("name", having("payees"))
def test_the_payee_is_the_other_party(name):
    assert [one["payee"] or one["description"] for one in expenses(previewed(name))] == CASES[name]["payees"]


@pytest.mark.parametrize("name", having("categories"))
def test_the_category_is_kept(name):
    assert [one["category"] for one in expenses(previewed(name))] == CASES[name]["categories"]
