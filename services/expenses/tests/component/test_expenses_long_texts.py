"""Texts over the limit are cut: preview and import say in how many rows, and no amount is lost."""

from __future__ import annotations

import pytest

LIMITS = {"payee": 200, "description": 500, "note": 2000}


def a_file(column: str, text: str) -> str:
    """Return a file of two bookings, the first of which has this text."""
    other = "description" if column == "payee" else "payee"  # a note alone is taken for the description
    return f"date,{other},{column},amount\n2024-01-31,REWE,{text},-31.71\n2024-02-01,Aldi,short,-1.00\n"


def entries(api):
    return api("GET", "/expenses?sort=amount").json()["items"][::-1]


@pytest.mark.parametrize(("column", "most"), LIMITS.items())
def test_a_text_over_its_limit_goes_in_cut_and_is_counted(api, column, most):
    content = a_file(column, "ä" * (most + 100))
    assert api.upload(content, to="/imports/preview").json()["shortened"] == 1
    done = api.upload(content).json()
    assert (done["imported"], done["failed"], done["shortened"]) == (2, 0, 1)
    assert api("GET", f"/imports/{done['id']}").json()["shortened"] == 1
    assert sorted(entry[column] for entry in entries(api)) == sorted(["ä" * most, "short"])
    assert sorted(entry["amount"]["amount"] for entry in entries(api)) == ["1.00", "31.71"]


@pytest.mark.parametrize(("column", "most"), LIMITS.items())
def test_a_text_that_just_fits_is_not_counted(api, column, most):
    content = a_file(column, "ä" * most)
    assert api.upload(content, to="/imports/preview").json()["shortened"] == 0
    assert api.upload(content).json()["shortened"] == 0


def test_a_category_over_its_limit_is_cut_and_costs_no_money(api):
    content = a_file("category", "c" * 150)
    assert api.upload(content, to="/imports/preview").json()["shortened"] == 1
    assert api.upload(content).json()["shortened"] == 1
    assert {one["name"] for one in api("GET", "/categories").json()["items"]} == {"c" * 100, "short"}
    assert api("GET", "/summary?by=category").json()["spent"]["amount"] == "32.71"


def test_tags_beyond_their_number_and_length_are_cut_and_counted(api):
    content = a_file("tags", ";".join(["t" * 60, *map(str, range(25))]))
    assert api.upload(content, to="/imports/preview").json()["shortened"] == 1
    assert api.upload(content).json()["shortened"] == 1
    tags = max((entry["tags"] for entry in entries(api)), key=len)
    assert (len(tags), max(map(len, tags))) == (20, 50)
